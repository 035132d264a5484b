import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createNetwork } from '../../platform/network.ts'
import { openTestApi, type TestApi } from '../test-api.ts'
import { createDestination, updateDestination } from './destinations.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

test('an address that events may not go to is refused when it is given; what stands is not asked again', async () => {
  const guarded = { ...api.ctx, destinationNetwork: createNetwork({ allowPrivate: ['10.1.0.0/16'] }) }
  const create = (url: string) => createDestination(guarded, api.environment, { url })
  for (const host of ['10.0.0.1', '0x7f.1', '127.0.0.1.', '[::ffff:10.0.0.1]', '[::127.0.0.1]', '169.254.169.254']) {
    await assert.rejects(create(`http://${host}/`), {
      code: 'invalid_request',
      status: 400,
      message: /^url: .* is a private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows those$/,
    })
  }
  const { id } = await create('http://10.1.0.1/')
  const change = { destination_id: id, url: 'http://10.2.0.1/' }
  await assert.rejects(updateDestination(guarded, api.environment, change), { code: 'invalid_request' })
  const none = { ...api.ctx, destinationNetwork: createNetwork({ allowPrivate: false }) }
  assert.equal(
    (await updateDestination(none, api.environment, { destination_id: id, name: 'Renamed' })).name,
    'Renamed',
  )
})
