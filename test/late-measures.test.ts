// A scale that had no network: what it uploads days later and nobody announces is found by the wide look of each day.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { withings } from '../src/connectors/withings/index.ts'
import { pollJob, queuePolls } from '../src/intake/poll.ts'
import type { ReadPayload } from '../src/intake/read-job.ts'
import { addDays, localDayOf } from '../src/model/local-day.ts'
import { person } from '../src/simulator/people/person.ts'
import { measureGroups } from '../src/simulator/withings/measures.ts'
import { type Environment, type Gateway, openGateway } from './provider/gateway.ts'

const WHO = 'ada'
const WEIGHT = 1
const BY_THE_DEVICE = 0
const LATE_DAYS = 10
const HOUR = 3600

let gateway: Gateway
let env: Environment
before(async () => {
  gateway = await openGateway()
  env = await gateway.environment()
})
after(() => gateway.stop())

/** The latest weighing that is to arrive within a day from now, when it is uploaded ten days after it was taken. */
function weighing() {
  const who = person(WHO)
  const day = addDays(localDayOf(gateway.now(), who.timeZone), 1 - LATE_DAYS)
  for (const each of [day, addDays(day, -1)]) {
    const found = measureGroups(who, each, gateway.now()).find(
      ({ attrib, date, measures }) =>
        attrib === BY_THE_DEVICE &&
        measures.some(({ type }) => type === WEIGHT) &&
        (date + LATE_DAYS * 24 * HOUR) * 1000 > gateway.now(),
    )
    if (found !== undefined) return { day: each, group: found }
  }
  return null
}

async function weightAt(userId: string, day: string, date: number): Promise<number | null | undefined> {
  const body = (await env.records(userId)).find((record) => record.type === 'body' && record.day === day)?.body
  const { measurements } = (body?.measurements_data ?? { measurements: [] }) as {
    measurements: { measurement_time: string; weight_kg: number | null }[]
  }
  return measurements.find(({ measurement_time: time }) => Date.parse(time) === date * 1000)?.weight_kg
}

function reachesBack(job: ReturnType<typeof pollJob>, day: string): boolean {
  const { orders } = job!.payload as ReadPayload
  return orders.some(({ kind, wanted }) => kind === 'measure' && 'days' in wanted && wanted.days.start <= day)
}

test('a weighing that was uploaded ten days later arrives, though nobody announced it', async () => {
  // Not every morning somebody stands on the scale.
  for (let i = 0; i < 10 && weighing() === null; i++) gateway.jump(24 * HOUR)
  const { day, group } = weighing()!
  await env.lever(withings, `late?person=${WHO}&id=${group.grpid}&days=${LATE_DAYS}`)
  const { userId } = await env.connect(withings, WHO, { grant: 'user.metrics' })
  const today = localDayOf(gateway.now(), person(WHO).timeZone)
  await env.backfill(userId, { start: addDays(day, -2), end: today })
  assert.equal(await weightAt(userId, day, group.date), undefined, 'the scale has not uploaded it yet')

  gateway.jump(group.date + LATE_DAYS * 24 * HOUR - gateway.now() / 1000 + 60)
  // One of the looks of a day is wide, at an hour that follows from the connection.
  const connection = (await env.connection(userId))!
  const every = withings.poll!.everySeconds
  const looks = Array.from({ length: (24 * HOUR) / every }, (_, i) => (i + 1) * every)
  gateway.jump(looks.find((seconds) => reachesBack(pollJob(connection, gateway.now() + seconds * 1000), day))!)
  await queuePolls(gateway.running.ctx)
  await env.rest()
  const { value, unit } = group.measures.find(({ type }) => type === WEIGHT)!
  assert.equal(await weightAt(userId, day, group.date), value / 10 ** -unit)
  const told = (await env.events(userId)).filter(
    ({ type, body }) =>
      type === 'body' && body.data?.some(({ metadata }) => String(metadata?.start_time).startsWith(day)),
  )
  assert.ok(told.length >= 2, 'the day is delivered again')
})
