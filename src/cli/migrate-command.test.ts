// `loam migrate fitbit check` against a server without the sandbox.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { getRequestListener } from '@hono/node-server'
import { openTestApi } from '../api/test-api.ts'
import { openCli } from './test-cli.ts'

test('check prints that the old API has no client, and fails until it has one', async (t) => {
  const api = await openTestApi({ sandbox: false })
  const server = createServer(getRequestListener((request) => api.request(request.url, request)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cli = openCli({
    LOAM_PUBLIC_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    LOAM_ADMIN_TOKEN: api.adminToken,
  })
  t.after(async () => {
    await cli.dispose()
    server.closeAllConnections()
    server.close()
    await api.dispose()
  })
  const put = (json: object) => api.asOperator('PUT', '/admin/v1/sources/FITBIT', { json })
  await put({ client_id: 'new-client', client_secret: 'new-secret' })
  await api.addUser({ provider: 'FITBIT', variant: 'legacy', provider_user_id: 'ABC123' })

  const ran = await cli.run(['migrate', 'fitbit', 'check'])
  assert.equal(ran.code, 1, ran.stderr)
  assert.match(ran.stdout, /^1 wait for consent, 0 have both, 0 use the new API\.$/m)
  assert.match(ran.stdout, /^! no_old_credentials: [^!]*legacy_client_id and\s+legacy_client_secret/m)

  await put({ credentials: { legacy_client_id: 'old-client', legacy_client_secret: 'old-secret' } })
  const again = await cli.run(['migrate', 'fitbit', 'check'])
  assert.doesNotMatch(again.stdout, /no_old_credentials/)
})
