// Bodies come back from a bucket while its server and Loam's are killed again and again: none is lost, none stays behind, and
// whoever looks at one meanwhile sees it as it was or hears that it cannot be read now.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { ACCESS_KEY, missingS3, type S3, SECRET_KEY, startS3 } from '../services/s3.ts'
import { atEnd } from './harness/cleanup.ts'
import { ENGINES, LONG, rounds, skipOn } from './harness/forms.ts'
import { ADMIN, Gateway } from './harness/gateway.ts'
import { randomFor } from './harness/random.ts'
import { pause, until } from './harness/until.ts'
import { openWorld, temporary, type World } from './harness/world.ts'

const CLOCK_PRELOAD = fileURLToPath(new URL('./harness/stepping-clock.ts', import.meta.url))
const BUCKET = 'bodies'
const DAYS = LONG ? 5000 : 400
/** Bodies are moved when they are ten minutes old. */
const AHEAD_MS = 11 * 60_000
/** Objects stay at least so long. */
const KEPT_MS = 14 * 60_000
/** The first byte of what stands in place of a body. */
const ELSEWHERE = 3

interface Shown {
  place: string | null
  error: string | null
  waiting: number
  returned: { bodies: number; missing: number; finished_at: string | null } | null
}

for (const engine of ENGINES) {
  const skip = skipOn(engine) || (missingS3() ?? false)
  test(`${engine}: bodies come back from a bucket that is killed, by servers that are killed`, { skip }, async (t) => {
    const s3 = await startS3()
    atEnd(t, () => s3.stop())
    await s3.createBucket(BUCKET)
    const folder = temporary(t)
    const clock = join(folder, 'clock')
    writeFileSync(clock, '0')
    const env = { NODE_OPTIONS: `--import=${CLOCK_PRELOAD}`, LOAM_CHAOS_CLOCK: clock, ...placeOf(s3) }
    const world = await openWorld(t, engine, { folder, env })
    const random = randomFor(`bodies ${engine}`)
    world.load.start({ pauseMs: 0 })
    await until(() => world.ledger.accepted.size > DAYS, 'nothing is accepted')
    await world.load.stop()
    await world.settle()
    const before = await bodiesOf(world, world.entry)
    writeFileSync(clock, String(AHEAD_MS))
    await until(async () => (await elsewhere(world)) > DAYS / 2, 'nothing is moved')
    await until(async () => (await shown(world.entry)).waiting === 0, 'not all is moved')
    const moved = await elsewhere(world)
    assert.equal((await keysIn(s3)).length, moved)
    await world.entry.stop()

    const settings = { databaseUrl: world.engine.url, folder }
    const open = async (more: Record<string, string>): Promise<Gateway> => {
      const server = await Gateway.open({ ...settings, env: { ...env, ...more } })
      atEnd(t, () => server.kill())
      await server.start()
      return server
    }
    const beganAt = Date.now()
    const back = await open({ LOAM_BODIES_RETURN: 'on' })
    const returned = async (): Promise<number> => (await pass(world))?.returned ?? 0
    for (let round = 0; round < rounds(2, 40) && (await pass(world))?.finishedAt == null; round++) {
      const from = await returned()
      await until(async () => (await returned()) > from, 'nothing comes back')
      await pause(random.between(0, 100))
      if (round % 2 === 0) {
        await s3.kill()
        await until(async () => (await shown(back)).error !== null, 'nobody says that the bucket is away')
        assert.ok((await elsewhere(world)) > 0, 'it was over before: more days are needed')
        await same(back, before, { isAway: true })
        await s3.restart()
      } else {
        await back.kill()
        await back.start()
      }
      await endTurn(world)
    }
    await until(async () => (await pass(world))?.finishedAt != null, 'it does not end')
    const { bodies, missing } = (await shown(back)).returned!
    assert.deepEqual([bodies, missing, await elsewhere(world)], [moved, 0, 0])
    await same(back, before, { isAway: false })

    // Objects stay for whoever read their name a moment ago; a quarter of an hour is over at once here, if it is not over yet.
    if (Date.now() - beganAt < KEPT_MS) assert.equal((await keysIn(s3)).length, moved)
    await world.engine.change('UPDATE body_deletions SET due_at = 0')
    await s3.kill()
    await until(async () => (await shown(back)).error !== null, 'nobody says that the bucket is away')
    await s3.restart()
    await until(async () => (await shown(back)).place === null, 'the place is not left')
    assert.deepEqual(await keysIn(s3), [])
    await back.stop()
    await s3.kill()
    const without = await open({ LOAM_BODIES: 'database' })
    await same(without, before, { isAway: false })
    await without.stop()
    await world.engine.check()
    t.diagnostic(`${moved} bodies came back`)
  })
}

function placeOf({ port }: S3): Record<string, string> {
  return {
    LOAM_BODIES: `s3://${BUCKET}/loam`,
    AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: SECRET_KEY,
  }
}

async function keysIn(s3: S3): Promise<string[]> {
  const objects = await s3.objects(BUCKET)
  return objects.map(({ key }) => key).filter((key) => key !== 'loam/loam.json')
}

const shown = async (server: Gateway): Promise<Shown> =>
  (await server.admin<{ bodies: Shown }>('GET', '/instance')).bodies

async function pass({ engine }: World): Promise<{ returned: number; finishedAt: number | null } | null> {
  const sql = `SELECT value FROM instance_settings WHERE name = 'bodies_return'`
  const [row] = await engine.query<{ value: string }>(sql)
  return row === undefined ? null : (JSON.parse(row.value) as { returned: number; finishedAt: number | null })
}

/** Who was killed in its turn has it for five minutes more. */
const endTurn = ({ engine }: World): Promise<void> =>
  engine.change(`UPDATE instance_settings SET value = '0' WHERE name = 'bodies_turn'`)

async function elsewhere({ engine }: World): Promise<number> {
  const first = engine.name === 'SQLite' ? 'substr(body, 1, 1)' : 'substring(body from 1 for 1)'
  const byte = engine.name === 'SQLite' ? `x'0${ELSEWHERE}'` : `'\\x0${ELSEWHERE}'::bytea`
  const counts = ['events', 'pages'].map((table) => `(SELECT count(*) FROM ${table} WHERE ${first} = ${byte})`)
  return Number((await engine.query<{ n: number | string }>(`SELECT ${counts.join(' + ')} AS n`))[0]!.n)
}

/** Of all events, as the API shows them. */
async function bodiesOf({ engine }: World, server: Gateway): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  for (const { id } of await engine.query<{ id: string }>('SELECT id FROM events')) {
    const { body } = await server.admin<{ body: unknown }>('GET', `/events/${id}`)
    found.set(id, JSON.stringify(body))
  }
  return found
}

async function same(
  server: Gateway,
  before: ReadonlyMap<string, string>,
  { isAway }: { isAway: boolean },
): Promise<void> {
  for (const [id, text] of before) {
    const answer = await server.ask('GET', `/admin/v1/events/${id}`, { authorization: `Bearer ${ADMIN}` })
    if (answer.status === 200) assert.equal(JSON.stringify((JSON.parse(answer.text) as { body: unknown }).body), text)
    else assert.ok(isAway && answer.status === 503, `${id}: ${answer.status} ${answer.text}`)
  }
}
