// Every call of terra-api 1.4.8 that the contract names; prints one JSON line with what came back.
const { Terra } = require('terra-api-1')

const [, , devId, apiKey, secret, userId] = process.argv
const terra = new Terra(devId, apiKey, secret)
const day = (back) => new Date(Date.now() - back * 86_400_000)

async function main() {
  const results = {}
  results.widget = await terra.generateWidgetSession({
    referenceID: 'ref-1',
    language: 'en',
    authSuccessRedirectUrl: 'https://example.com/success',
    showDisconnect: true,
  })
  results.auth = await terra.authUser({ resource: 'OURA', referenceId: 'ref-1' })
  results.token = await terra.generateAuthToken()
  results.providers = await terra.getProviders()
  results.users = await terra.getUsers()
  results.user = await terra.getUser({ userID: userId })
  results.byReference = await terra.getUser({ referenceID: 'ref-1' })
  results.sleep = await terra.getSleep({
    userId,
    startDate: day(8),
    endDate: day(1),
    toWebhook: false,
    withSamples: true,
  })
  results.daily = await terra.getDaily({ userId, startDate: day(8), endDate: day(1), toWebhook: false })
  results.activity = await terra.getActivity({
    userId,
    startDate: day(25),
    endDate: day(1),
    toWebhook: false,
    retryIfRateLimited: true,
  })
  results.athlete = await terra.getAthlete({ userId, toWebhook: false })
  results.patched = await terra.patchUser(userId, null, true)
  results.unknown = await terra
    .getUser({ userID: '00000000-0000-4000-8000-000000000000' })
    .catch((error) => ({ rejected: error }))
  results.deauth = await terra.deauthUser(userId)
  console.log(JSON.stringify(results))
}

main().catch((error) => {
  console.error(error)
  process.exit(1)
})
