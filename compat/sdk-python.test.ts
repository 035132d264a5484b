// The official Python SDK, 1.1.0.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Loam, signIn, startLoam } from './loam.ts'
import { python, withoutPython } from './python.ts'

let loam: Loam
before(async () => {
  loam = await startLoam()
})
after(() => loam.stop())

test('every call of terra-python 1.1.0', { skip: withoutPython }, async () => {
  const response = await fetch(`${loam.url}/v2/auth/generateWidgetSession`, {
    method: 'POST',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
    body: JSON.stringify({ auth_success_redirect_url: 'https://example.com/success' }),
  })
  const session = (await response.json()) as { url: string }
  // Somebody who trains most days: the script asks for three weeks, and there is to be an activity in them.
  const userId = new URL(await signIn(session.url, { person: 'ada' })).searchParams.get('user_id')!
  const script = fileURLToPath(new URL('sdk_python.py', import.meta.url))
  const { stdout } = await promisify(execFile)(python, [script], {
    env: {
      ...process.env,
      LOAM_URL: loam.url,
      C_DEV_ID: loam.devId,
      C_API_KEY: loam.apiKey,
      C_USER_ID: userId,
      C_SECRET: loam.signingSecret,
    },
  })
  assert.match(stdout, /python sdk: ok/)
})
