// Strava's data API, at the old host's paths and at the new one's.
import type { Context as HonoContext, Hono } from 'hono'
import type { Admitted, Kit } from '../kit/kit.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { weightOn } from '../people/day.ts'
import { person, type Person } from '../people/person.ts'
import { athleteId, isPrivate, lapsOf, type Ride, ridesOfDay, shown, streamsOf, zonesOf } from './activities.ts'
import { fault, withUsage } from './rules.ts'

/** `https://www.strava.com/api/v3` and `https://api-v3.strava.com`. */
const BASES = ['/api/v3', '']
const SEARCH_BACK_DAYS = 400
const MAX_PER_PAGE = 200

type Work = (c: HonoContext, grant: Admitted, who: Person) => Promise<Response> | Response

export function mountData(app: Hono, kit: Kit): void {
  const dayOfActivity = new Map<string, string>()

  function route(path: string, kind: string, work: Work): void {
    for (const base of BASES) {
      app.get(`${base}${path}`, async (c) => {
        const { after, before } = c.req.query()
        const range = { ...(after ? { from: iso(after) } : {}), ...(before ? { to: iso(before) } : {}) }
        const grant = await kit.admit(c.req.raw, { kind, ...range })
        if (grant instanceof Response) return grant
        return withUsage(await work(c, grant, person(grant.personId)), grant.usage)
      })
    }
  }

  route('/athlete', 'athlete', (c, { scopes }, who) => c.json(athlete(who, kit.clock.now(), scopes)))

  route('/athlete/zones', 'athlete_zones', (c, { scopes }, who) => {
    if (!scopes.includes('profile:read_all')) {
      return fault(401, 'Authorization Error', 'AccessToken', 'profile:read_all_permission', 'missing')
    }
    const borders = [0, 0.6, 0.7, 0.8, 0.9].map((share) => Math.round(share * who.maxBpm))
    const zones = borders.map((min, i) => ({ min, max: borders[i + 1] ?? -1 }))
    return c.json({ heart_rate: { custom_zones: false, zones } })
  })

  route('/athlete/activities', 'activity', async (c, grant, who) => {
    if (!mayRead(grant)) return kit.refuse('scope', '')
    const { after, before, page = '1', per_page: size = '30' } = c.req.query()
    if (Number(size) > MAX_PER_PAGE) return fault(400, 'Bad Request', 'Application', 'per_page', 'limit exceeded')
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const start = after ? plusDays(iso(after), -1) : plusDays(today, -SEARCH_BACK_DAYS)
    const end = before ? plusDays(iso(before), 1) : today
    const edits = await kit.edits.of(who.id)
    const rides = daysFrom(start, end < today ? end : today)
      .flatMap((day) => ridesOfDay(who, day, now, edits))
      .filter(({ workout: { startAt } }) => startAt > Number(after ?? 0) * 1000)
      .filter(({ workout: { startAt } }) => before === undefined || startAt < Number(before) * 1000)
    // The newest first, but the oldest when `after` is given.
    const ordered = after === undefined ? rides.toReversed() : rides
    const from = (Number(page) - 1) * Number(size)
    // What this application may not see leaves a gap: the page is short, and not the last.
    const visible = ordered.slice(from, from + Number(size)).filter((ride) => sees(grant, ride))
    return c.json(visible.map((ride) => shown(who, ride, false)))
  })

  for (const [path, answer] of [
    ['', (who: Person, ride: Ride) => shown(who, ride, true)],
    ['/laps', lapsOf],
    ['/zones', zonesOf],
  ] as const) {
    route(`/activities/:id${path}`, path === '' ? 'activity' : path.slice(1), async (c, grant, who) => {
      const ride = await find(c, grant, who)
      return ride instanceof Response ? ride : c.json(answer(who, ride))
    })
  }

  route('/activities/:id/streams', 'streams', async (c, grant, who) => {
    const ride = await find(c, grant, who)
    if (ride instanceof Response) return ride
    if (ride.workout.manual) return kit.refuse('missing', '')
    const { keys = '', key_by_type: byType } = c.req.query()
    const wanted = keys.split(',')
    const streams = Object.entries(streamsOf(who, ride)).filter(([type]) => wanted.includes(type))
    if (byType === 'true') return c.json(Object.fromEntries(streams))
    return c.json(streams.map(([type, stream]) => ({ type, ...(stream as object) })))
  })

  async function find(c: HonoContext, grant: Admitted, who: Person): Promise<Ride | Response> {
    if (!mayRead(grant)) return kit.refuse('scope', '')
    const id = c.req.param('id') ?? ''
    const now = kit.clock.now()
    const edits = await kit.edits.of(who.id)
    const known = dayOfActivity.get(`${who.id} ${id}`)
    const today = dayOfInstant(now, who.timeZone)
    const days = known === undefined ? daysFrom(plusDays(today, -SEARCH_BACK_DAYS), today).reverse() : [known]
    for (const day of days) {
      const found = ridesOfDay(who, day, now, edits).find((ride) => String(ride.id) === id)
      if (found === undefined || !sees(grant, found)) continue
      if (dayOfActivity.size > 100_000) dayOfActivity.clear()
      dayOfActivity.set(`${who.id} ${id}`, day)
      return found
    }
    return kit.refuse('missing', '')
  }
}

function mayRead({ scopes }: Admitted): boolean {
  return scopes.includes('activity:read') || scopes.includes('activity:read_all')
}

export function sees({ scopes }: { scopes: readonly string[] }, ride: Ride): boolean {
  return scopes.includes('activity:read_all') || !isPrivate(ride)
}

export function athlete(who: Person, now: number, scopes: readonly string[]): Record<string, unknown> {
  const whole = scopes.includes('profile:read_all')
  return {
    id: athleteId(who.id),
    username: who.id,
    resource_state: whole ? 3 : 2,
    firstname: who.name,
    lastname: 'Example',
    bio: null,
    city: who.timeZone.split('/')[1]!.replaceAll('_', ' '),
    state: null,
    country: null,
    sex: who.sex === 'female' ? 'F' : 'M',
    premium: true,
    summit: true,
    created_at: '2019-04-02T07:11:20Z',
    updated_at: '2026-05-01T16:02:11Z',
    ...(whole
      ? { weight: weightOn(who, dayOfInstant(now, who.timeZone)), ftp: 212, clubs: [], bikes: [], shoes: [] }
      : {}),
  }
}

function iso(epochSeconds: string): string {
  return new Date(Number(epochSeconds) * 1000).toISOString().slice(0, 10)
}
