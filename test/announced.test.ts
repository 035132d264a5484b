// What STRAVA, CONCEPT2, WHOOP and POLAR announce, through the whole server to the record: what no other source does so.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { concept2 } from '../src/connectors/concept2/index.ts'
import type { Connector } from '../src/connectors/connector.ts'
import { polar } from '../src/connectors/polar/index.ts'
import { strava } from '../src/connectors/strava/index.ts'
import { whoop } from '../src/connectors/whoop/index.ts'
import { UploadType } from '../src/model/enumerations.ts'
import { at } from './provider/cloud.ts'
import { type Environment, type Gateway, openGateway, type StoredRecord } from './provider/gateway.ts'

let gateway: Gateway
before(async () => {
  gateway = await openGateway()
})
after(() => gateway.stop())

const DAY_SECONDS = 86_400

/** Days go by until the provider has announced a record of this type. */
async function untilAnnounced(
  env: Environment,
  connector: Connector,
  userId: string,
  type: string,
  wanted: (record: StoredRecord) => boolean = () => true,
): Promise<StoredRecord> {
  for (let day = 0; day < 60; day++) {
    const found = (await env.records(userId)).find((each) => each.type === type && wanted(each))
    if (found !== undefined) return found
    gateway.jump(DAY_SECONDS)
    await env.lever(connector, 'tick')
    await env.rest()
    gateway.jump(10)
    await env.rest()
  }
  return assert.fail(`two months without ${type}`)
}

/** The provider's own id of a record that is kept by one. */
const idOf = (record: StoredRecord): string => record.key.replace(/^id:/, '')

test('STRAVA: without the box there is no connection; a new activity arrives whole, and goes when it is deleted', async () => {
  const env = await gateway.environment()
  const refused = await env.connect(strava, 'live-strava', { grant: 'read,profile:read_all' })
  assert.equal(refused.reason, 'no_scopes')
  assert.equal(await env.connection(refused.userId), null)

  const { userId } = await env.connect(strava, 'live-strava')
  await env.rest()
  const activity = await untilAnnounced(env, strava, userId, 'activity')
  if (at(activity.body, 'metadata.upload_type') !== UploadType.Manual) {
    assert.ok((at(activity.body, 'heart_rate_data.detailed.hr_samples') as unknown[]).length > 0)
    assert.ok((at(activity.body, 'lap_data.laps') as unknown[]).length > 0)
  }
  await env.lever(strava, `delete?person=live-strava&kind=activity&id=${idOf(activity)}`)
  await env.lever(strava, 'tick')
  await env.rest()
  assert.ok(!(await env.records(userId)).some(({ key }) => key === activity.key))
  const told = (await env.events(userId)).findLast(({ type }) => type === 'activity')
  assert.equal(told?.body.data?.[0]?.metadata?.upload_type, UploadType.Delete)
})

test('CONCEPT2: a deletion names no person, and finds whoever has the result', async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(concept2, 'ada')
  await env.rest()
  const activity = await untilAnnounced(env, concept2, userId, 'activity')
  await env.lever(concept2, `delete?person=ada&kind=results&id=${idOf(activity)}`)
  await env.lever(concept2, 'tick')
  await env.rest()
  assert.ok(!(await env.records(userId)).some(({ key }) => key === activity.key))
})

test('WHOOP: a recovery that is removed takes back what it had said, and leaves its night', async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(whoop, 'live-whoop')
  await env.rest()
  const said = (record: StoredRecord | undefined) => at(record?.body, 'readiness_data.readiness')
  // A nap has no recovery.
  const night = await untilAnnounced(env, whoop, userId, 'sleep', (each) => typeof said(each) === 'number')
  assert.equal(typeof said(night), 'number')
  const daily = (await env.records(userId)).find(
    ({ type, body }) => type === 'daily' && at(body, 'scores.recovery') !== null,
  )!
  assert.equal(at(daily.body, 'scores.recovery'), said(night))
  await env.lever(whoop, `delete?person=live-whoop&kind=recovery&id=${idOf(night)}`)
  await env.lever(whoop, 'tick')
  await env.rest()
  gateway.jump(10)
  await env.rest()
  const left = await env.records(userId)
  const same = left.find(({ key, type }) => type === 'sleep' && key === night.key)
  assert.ok(same !== undefined && said(same) === null, 'the night stays, its readiness does not')
  const day = left.find(({ key, type }) => type === 'daily' && key === daily.key)
  assert.equal(at(day?.body, 'scores.recovery'), null)
  assert.equal(typeof at(day?.body, 'scores.sleep'), 'number')
})

test('POLAR: the secret that is told once is kept, and proves what is announced', async () => {
  const env = await gateway.environment()
  const { userId } = await env.connect(polar, 'live-polar')
  await env.rest()
  const source = () =>
    gateway.running.ctx.db.one<{ extra_sealed: string | null }>(
      `SELECT extra_sealed FROM sources WHERE environment_id = $1 AND provider = 'POLAR'`,
      [env.id],
    )
  const sealed = (await source())?.extra_sealed
  assert.ok(sealed && !sealed.includes('webhook_secret'))
  const night = await untilAnnounced(env, polar, userId, 'sleep')
  assert.match(night.key, /^id:\d+-\d{4}-\d{2}-\d{2}$/)
  const forged = await env.lever(polar, 'forge?person=live-polar')
  assert.deepEqual(forged.statuses, { 401: 1 })
  // Hours later everything is looked at again: what stands is not made anew.
  gateway.jump(DAY_SECONDS)
  await env.rest()
  assert.equal((await source())?.extra_sealed, sealed)
})
