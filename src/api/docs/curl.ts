/** A command to try an operation with, placeholders in angle brackets. */
export function curlOf(call: {
  method: string
  path: string
  auth: 'apiKey' | 'admin' | 'none'
  serverUrl: string
  hasBody: boolean
}): string {
  const url = `${call.serverUrl}${call.path.replaceAll('{', '<').replaceAll('}', '>')}`
  const lines = [`curl --request ${call.method} --url '${url}'`]
  if (call.auth === 'apiKey') lines.push("--header 'dev-id: <YOUR-DEV-ID>'", "--header 'x-api-key: <YOUR-API-KEY>'")
  if (call.auth === 'admin') lines.push("--header 'authorization: Bearer <ADMIN-TOKEN>'")
  if (call.hasBody) lines.push("--header 'content-type: application/json'", "--data '{}'")
  return lines.join(' \\\n  ')
}
