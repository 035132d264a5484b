// A provider that sends history by itself after it was asked: what REST, an asynchronous request and a backfill make of that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { garmin } from '../src/connectors/garmin/index.ts'
import { addDays } from '../src/model/local-day.ts'
import { type Environment, type Gateway, openGateway } from './provider/gateway.ts'
import { freePort } from './services/free-port.ts'

let gateway: Gateway
let env: Environment
let begunOn: string
before(async () => {
  gateway = await openGateway()
  begunOn = new Date(gateway.now()).toISOString().slice(0, 10)
  env = await gateway.environment()
})
after(() => gateway.stop())

/** From the day on which the tests began: midnight may pass meanwhile, and the same days are asked for again. */
const day = (ago: number): string => addDays(begunOn, -ago)

async function rest(userId: string, more: string) {
  return env.request('GET', `/v2/daily?user_id=${userId}&start_date=${day(9)}&end_date=${day(5)}&${more}`)
}

interface Promised {
  n: number
}

const open = async (userId: string): Promise<number> => {
  const sql = 'SELECT count(*) AS n FROM promises WHERE user_id = $1 AND closes_at > $2'
  return Number((await gateway.running.ctx.db.one<Promised>(sql, [userId, gateway.now()]))!.n)
}

/** Garmin sends what it was asked for; then nothing more comes for a while. */
async function sent(): Promise<void> {
  gateway.jump(60)
  for (let turns = 0; turns < 20; turns++) {
    const { sent: n = 0 } = await env.lever(garmin, 'tick')
    await env.rest()
    if (n === 0) break
  }
  gateway.jump(200)
}

test('REST says that it is being processed, asks the provider once, and has the data later', async () => {
  const { userId } = await env.connect(garmin, 'promise-rest')
  await env.stats(garmin, 'promise-rest', { reset: true })
  const first = await rest(userId, 'to_webhook=false')
  assert.equal(first.status, 200)
  assert.deepEqual([first.body.type, first.body.retry_after_seconds], ['processing', 30])
  assert.ok((await open(userId)) > 0)
  const asked = JSON.stringify((await env.stats(garmin, 'promise-rest')).kinds)
  assert.equal((await rest(userId, 'to_webhook=false')).body.type, 'processing')
  assert.equal(JSON.stringify((await env.stats(garmin, 'promise-rest')).kinds), asked, 'the provider was asked again')
  await sent()
  const later = await rest(userId, 'to_webhook=false')
  assert.equal(later.body.type, 'daily')
  assert.equal((later.body.data as unknown[]).length, 5)
})

test('what keeps the promise goes by the slow lane; what is new by the quick one', async () => {
  const { userId } = await env.connect(garmin, 'promise-lanes')
  const sink = await env.request('POST', '/admin/v1/destinations', {
    type: 'webhook',
    url: `http://127.0.0.1:${await freePort()}/`,
  })
  assert.equal(sink.status, 201)
  await rest(userId, 'to_webhook=false')
  await sent()
  /** Of days that were asked for; a day that goes on meanwhile is news. */
  const lanes = async (history: boolean): Promise<string[]> => {
    const events = (await env.events(userId)).filter(({ type, body }) => {
      const start = String(body.data?.[0]?.metadata?.start_time ?? '').slice(0, 10)
      return type === 'daily' && start <= day(4) === history
    })
    const found = new Set<string>()
    for (const { id } of events) {
      const sql = 'SELECT lane FROM deliveries WHERE event_id = $1'
      for (const { lane } of await gateway.running.ctx.db.all<{ lane: string }>(sql, [id])) found.add(lane)
    }
    return [...found]
  }
  assert.deepEqual(await lanes(true), ['backfill'])
  gateway.jump(600)
  await env.lever(garmin, 'notify?person=promise-lanes')
  await env.rest()
  assert.deepEqual(await lanes(true), ['backfill'])
  assert.ok(!(await lanes(false)).includes('backfill'))
})

test('a request by webhook is answered whole, when it has come', async () => {
  const { userId } = await env.connect(garmin, 'promise-later')
  const accepted = await rest(userId, '')
  const reference = String(accepted.body.reference)
  const answers = (): Promise<{ record_count: number }[]> =>
    gateway.running.ctx.db.all('SELECT record_count FROM events WHERE reference = $1', [reference])
  for (let i = 0; i < 100 && (await open(userId)) === 0; i++) await new Promise((r) => setTimeout(r, 50))
  assert.deepEqual(await answers(), [])
  await sent()
  gateway.jump(40)
  for (let i = 0; i < 600 && (await answers()).length === 0; i++) await new Promise((r) => setTimeout(r, 50))
  assert.deepEqual(
    (await answers()).map((row) => Number(row.record_count)),
    [5],
  )
})

test('history that was not allowed is asked for once it is', async () => {
  const who = 'promise-allowed'
  const { userId } = await env.connect(garmin, who, { grant: 'ACTIVITY_EXPORT HEALTH_EXPORT' })
  assert.deepEqual((await rest(userId, 'to_webhook=false')).body.data, [])
  await env.lever(garmin, `scopes?person=${who}&grant=ACTIVITY_EXPORT%20HEALTH_EXPORT%20HISTORICAL_DATA_EXPORT`)
  await env.rest()
  assert.equal((await rest(userId, 'to_webhook=false')).body.type, 'processing')
})
