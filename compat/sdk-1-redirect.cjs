// terra-api 1.x has its host in the code: requests for it go to our server instead. Loaded before the SDK.
const https = require('node:https')
const http = require('node:http')

const target = new URL(process.env.LOAM_TEST_SERVER_URL)
const request = https.request
https.request = (options, callback) => {
  const host = options.hostname ?? options.host
  if (host !== 'api.tryterra.co') return request(options, callback)
  return http.request(
    {
      ...options,
      protocol: 'http:',
      agent: undefined,
      hostname: target.hostname,
      host: target.hostname,
      port: target.port,
      headers: options.headers,
    },
    callback,
  )
}
