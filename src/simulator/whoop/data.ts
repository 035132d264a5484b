// WHOOP's data API, version 2.
import type { Context as HonoContext, Hono } from 'hono'
import type { Edit } from '../kit/edits.ts'
import type { Admitted, Kit } from '../kit/kit.ts'
import { weightOn } from '../people/day.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { mainNight, type Night, napOf } from '../people/night.ts'
import { person, type Person } from '../people/person.ts'
import {
  accountId,
  cyclesOfDay,
  recoveriesOfDay,
  sleepId,
  sleepsOfDay,
  streamOf,
  type WhoopRecord,
  workoutsOfDay,
} from './records.ts'
import { withUsage } from './rules.ts'

const MAX_LIMIT = 25
const DEFAULT_LIMIT = 10
const SEARCH_BACK_DAYS = 400
/** Members of a row come only when their signal was asked for, which has another name for two of them. */
const SIGNAL_OF: Record<string, string> = {
  hr: 'hr',
  skin_temp: 'skin_temp',
  is_sleeping: 'sleep_classification',
  is_charging: 'charging_status',
}

type OfDay = (who: Person, day: string, now: number, edits: readonly Edit[]) => WhoopRecord[]

const COLLECTIONS: Record<string, { path: string; scope: string; ofDay: OfDay }> = {
  cycle: { path: '/cycle', scope: 'read:cycles', ofDay: cyclesOfDay },
  recovery: { path: '/recovery', scope: 'read:recovery', ofDay: recoveriesOfDay },
  sleep: { path: '/activity/sleep', scope: 'read:sleep', ofDay: sleepsOfDay },
  workout: { path: '/activity/workout', scope: 'read:workout', ofDay: workoutsOfDay },
}

export function mountData(app: Hono, kit: Kit): void {
  function route(path: string, kind: string, scope: string, work: (c: HonoContext, who: Person) => Promise<Response>) {
    app.get(`/developer/v2${path}`, async (c) => {
      const { start, end } = c.req.query()
      const range = { ...(start === undefined ? {} : { from: start }), ...(end === undefined ? {} : { to: end }) }
      const grant: Admitted | Response = await kit.admit(c.req.raw, { kind, scope, ...range })
      if (grant instanceof Response) return grant
      return withUsage(await work(c, person(grant.personId)), grant.usage, kit.clock.now())
    })
  }

  route('/user/profile/basic', 'user_profile_basic', 'read:profile', async (c, who) =>
    c.json({ user_id: accountId(who.id), email: who.email, first_name: who.name, last_name: 'Example' }),
  )

  route('/user/measurement/body', 'user_measurement_body', 'read:body_measurement', async (c, who) => {
    const month = `${dayOfInstant(kit.clock.now(), who.timeZone).slice(0, 7)}-01`
    return c.json({
      height_meter: who.heightM,
      weight_kilogram: weightOn(who, month),
      max_heart_rate: who.maxBpm,
    })
  })

  for (const [kind, { path, scope, ofDay }] of Object.entries(COLLECTIONS)) {
    route(path, kind, scope, async (c, who) => {
      const { start, end, limit = String(DEFAULT_LIMIT), nextToken } = c.req.query()
      const now = kit.clock.now()
      const from = start === undefined ? 0 : Date.parse(start)
      const to = end === undefined ? now : Date.parse(end)
      const size = Number(limit)
      if (Number.isNaN(from) || Number.isNaN(to) || !(size >= 1 && size <= MAX_LIMIT))
        return kit.refuse('bad_request', '')
      const today = dayOfInstant(now, who.timeZone)
      const first = plusDays(new Date(from).toISOString().slice(0, 10), -1)
      const last = plusDays(new Date(to).toISOString().slice(0, 10), 2)
      const oldest = plusDays(today, -3650)
      const edits = await kit.edits.of(who.id)
      // The window is by the start, though the day of a night is that of its end.
      const all = daysFrom(first > oldest ? first : oldest, last < today ? last : today)
        .flatMap((day) => ofDay(who, day, now, edits))
        .filter((record) => Date.parse(record.start) >= from && Date.parse(record.start) < to)
        .sort((a, b) => (a.start < b.start ? 1 : -1))
      const offset = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString('utf8'))
      const records = all.slice(offset, offset + size).map(shown(kind))
      const next = offset + size
      if (next >= all.length) return c.json({ records })
      return c.json({ records, next_token: Buffer.from(String(next)).toString('base64url') })
    })
  }

  for (const kind of ['cycle', 'sleep', 'workout']) {
    const { path, scope, ofDay } = COLLECTIONS[kind]!
    route(`${path}/:id`, kind, scope, async (c, who) => {
      const found = await find(who, ofDay, (record) => String(record.id) === c.req.param('id'))
      return found === null ? kit.refuse('missing', '') : c.json(shown(kind)(found))
    })
  }

  route('/cycle/:id/recovery', 'recovery', 'read:recovery', async (c, who) => {
    const found = await find(who, recoveriesOfDay, (record) => String(record.cycle_id) === c.req.param('id'))
    return found === null ? kit.refuse('missing', '') : c.json(shown('recovery')(found))
  })

  route('/cycle/:id/sleep', 'sleep', 'read:sleep', async (c, who) => {
    const found = await find(who, sleepsOfDay, (record) => String(record.cycle_id) === c.req.param('id'))
    return found === null ? kit.refuse('missing', '') : c.json(found)
  })

  route('/activity/sleep/:id/stream', 'sleep_stream', 'read:sleep', async (c, who) => {
    const id = c.req.param('id')
    const wanted = (c.req.query('types') ?? '').split(',')
    const sleep = await find(who, sleepsOfDay, (record) => record.id === id)
    const night = sleep === null ? null : nightOf(who, sleep)
    if (night === null) return kit.refuse('missing', '')
    const rows = streamOf(who, night).map((row) =>
      Object.fromEntries(
        Object.entries(row).filter(([name]) => !Object.hasOwn(SIGNAL_OF, name) || wanted.includes(SIGNAL_OF[name]!)),
      ),
    )
    return c.json({ stream: rows })
  })

  async function find(who: Person, ofDay: OfDay, is: (record: WhoopRecord) => boolean): Promise<WhoopRecord | null> {
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(who.id)
    for (const day of daysFrom(plusDays(today, -SEARCH_BACK_DAYS), today).reverse()) {
      const found = ofDay(who, day, now, edits).find(is)
      if (found !== undefined) return found
    }
    return null
  }
}

function nightOf(who: Person, sleep: WhoopRecord): Night | null {
  const day = dayOfInstant(Date.parse(String(sleep.end)), who.timeZone)
  return (
    [mainNight(who, day), napOf(who, day)].find((night) => night !== null && sleepId(who, night) === sleep.id) ?? null
  )
}

/** A recovery has neither an id nor a start of its own. */
function shown(kind: string): (record: WhoopRecord) => Record<string, unknown> {
  return (record) => {
    if (kind !== 'recovery') return record
    const { id: _id, start: _start, ...rest } = record
    return rest
  }
}
