// Polar's data API: nothing without a registration; 204 where there is nothing.
import type { Context as HonoContext, Hono } from 'hono'
import type { Kit } from '../kit/kit.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person, type Person } from '../people/person.ts'
import {
  activityOfDay,
  alertnessOfDay,
  bodyTemperatureOfDay,
  cardioLoadOfDay,
  ecgOfDay,
  heartRateOfDay,
  physicalInfo,
  rechargeOfDay,
  skinTemperatureOfDay,
  sleepOfDay,
  spo2OfDay,
} from './days.ts'
import { type Session, sessionsOfDay, shownSession } from './exercises.ts'
import { accountId, forget, hasConsented, type Member, memberOf, polarUser, register, shownMember } from './members.ts'
import { problem, withUsage } from './rules.ts'

const EXERCISE_DAYS = 30
const NIGHT_DAYS = 28
const WINDOW_DAYS = 28

interface Asked {
  c: HonoContext
  who: Person
  member: Member
  now: number
  today: string
  user: string
}

type Document = Record<string, unknown>

export function mountData(app: Hono, kit: Kit): void {
  mountUsers(app, kit)

  function route(path: string, kind: string, work: (asked: Asked) => Promise<Response> | Response): void {
    app.get(`/v3${path}`, async (c) => {
      const { from, to } = c.req.query()
      const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }
      const grant = await kit.admit(c.req.raw, { kind, ...range })
      if (grant instanceof Response) return grant
      const member = await memberOf(kit, grant.clientId, grant.personId)
      if (member === null) return problem(403, 'user_not_registered', 'User is not registered with this client')
      if (!(await hasConsented(kit, grant.personId))) return withoutConsent()
      const who = person(grant.personId)
      const now = kit.clock.now()
      const today = dayOfInstant(now, who.timeZone)
      const user = polarUser(kit, who.id)
      return withUsage(await work({ c, who, member, now, today, user }), grant.usage, now)
    })
  }

  const sessionsOf = async ({ who, member, now, today }: Asked): Promise<Session[]> => {
    const edits = await kit.edits.of(who.id)
    return daysFrom(plusDays(today, -EXERCISE_DAYS), today).flatMap((day) =>
      sessionsOfDay(who, day, now, member.registeredAt, edits),
    )
  }
  const flagsOf = (c: HonoContext) => ({
    samples: c.req.query('samples') === 'true',
    zones: c.req.query('zones') === 'true',
    route: c.req.query('route') === 'true',
  })

  route('/exercises', 'exercises', async (asked) => {
    const sessions = await sessionsOf(asked)
    return asked.c.json(sessions.map((each) => shownSession(asked.who, each, asked.user, flagsOf(asked.c))))
  })
  route('/exercises/:id', 'exercises', async (asked) => {
    const found = (await sessionsOf(asked)).find(({ id }) => id === asked.c.req.param('id'))
    if (found === undefined) return kit.refuse('missing', '')
    return asked.c.json(shownSession(asked.who, found, asked.user, flagsOf(asked.c)))
  })

  route('/users/physical-info', 'physical_info', ({ c, who, now }) => c.json(physicalInfo(who, now)))

  /** A window of days; `shape` makes the answer of what was found in it. */
  function ofWindow(
    path: string,
    kind: string,
    ofDay: (asked: Asked, day: string) => Document | null,
    shape: (found: Document[]) => unknown = (found) => found,
    oldestDays = NIGHT_DAYS,
  ): void {
    route(path, kind, (asked) => {
      const { from = plusDays(asked.today, 1 - WINDOW_DAYS), to = asked.today } = asked.c.req.query()
      const days = isDay(from) && isDay(to) && from <= to ? daysFrom(from, to) : []
      const tooOld = from < plusDays(asked.today, -oldestDays)
      if (days.length === 0 || days.length > WINDOW_DAYS || tooOld) return kit.refuse('bad_request', '')
      const found = days.flatMap((day): Document[] => {
        const document = day > asked.today ? null : ofDay(asked, day)
        return document === null ? [] : [document]
      })
      return found.length === 0 ? new Response(null, { status: 204 }) : asked.c.json(shape(found))
    })
  }

  function ofDate(path: string, kind: string, ofDay: (asked: Asked, day: string) => Document | null, none = 204): void {
    route(`${path}/:date`, kind, (asked) => {
      const day = asked.c.req.param('date') ?? ''
      const found = isDay(day) && day <= asked.today ? ofDay(asked, day) : null
      if (found !== null) return asked.c.json(found)
      return none === 404 ? kit.refuse('missing', '') : new Response(null, { status: none })
    })
  }

  const activity = ({ c, who, now }: Asked, day: string): Document | null => {
    const found = activityOfDay(who, day, now)
    if (found === null || c.req.query('steps') === 'true') return found
    const { samples: _, ...summary } = found
    return summary
  }
  ofWindow('/users/activities', 'activities', activity, undefined, 365)
  ofDate('/users/activities', 'activities', activity)

  const heartRate = ({ who, now, user }: Asked, day: string) => heartRateOfDay(who, day, now, user)
  // The document shows one object; what comes is a list in a wrapper.
  ofWindow('/users/continuous-heart-rate', 'continuous_heart_rate', heartRate, (found) => ({ heart_rates: found }))
  ofDate('/users/continuous-heart-rate', 'continuous_heart_rate', heartRate)

  const cardioLoad = ({ who, now }: Asked, day: string) => cardioLoadOfDay(who, day, now)
  ofWindow('/users/cardio-load/date', 'cardio_load', cardioLoad, undefined, 180)

  for (const [path, kind, list, ofDay] of [
    ['/users/sleep', 'sleep', 'nights', sleepOfDay],
    ['/users/nightly-recharge', 'nightly_recharge', 'recharges', rechargeOfDay],
  ] as const) {
    const night = ({ who, now, user }: Asked, day: string) => ofDay(who, day, now, user)
    route(path, kind, (asked) => {
      const days = daysFrom(plusDays(asked.today, 1 - NIGHT_DAYS), asked.today)
      return asked.c.json({ [list]: days.flatMap((day) => night(asked, day) ?? []) })
    })
    ofDate(path, kind, night, 404)
  }

  for (const [path, kind, ofDay] of [
    ['/users/sleepwise/alertness/date', 'sleepwise_alertness', alertnessOfDay],
    ['/users/sleepwise/circadian-bedtime/date', 'sleepwise_circadian_bedtime', alertnessOfDay],
    ['/users/biosensing/bodytemperature', 'biosensing_bodytemperature', bodyTemperatureOfDay],
    ['/users/biosensing/skintemperature', 'biosensing_skintemperature', skinTemperatureOfDay],
    ['/users/biosensing/spo2', 'biosensing_spo2', spo2OfDay],
    ['/users/biosensing/ecg', 'biosensing_ecg', ecgOfDay],
  ] as const) {
    ofWindow(path, kind, ({ who, now }, day) => ofDay(who, day, now))
  }
}

function mountUsers(app: Hono, kit: Kit): void {
  app.post('/v3/users', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'users' })
    if (grant instanceof Response) return grant
    if (!(await hasConsented(kit, grant.personId))) return withoutConsent()
    const body = (await c.req.json().catch(() => null)) as { 'member-id'?: unknown } | null
    const memberId = body?.['member-id']
    if (typeof memberId !== 'string' || memberId === '') return kit.refuse('bad_request', '')
    const member = await register(kit, grant.clientId, grant.personId, memberId)
    if (member === null) return problem(409, 'user_already_registered', 'User is already registered')
    return c.json(shownMember(kit, member))
  })

  app.get('/v3/users/:id{[0-9]+}', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'users' })
    if (grant instanceof Response) return grant
    if (c.req.param('id') !== String(accountId(grant.personId))) return kit.refuse('scope', '')
    const member = await memberOf(kit, grant.clientId, grant.personId)
    return member === null ? c.body(null, 204) : c.json(shownMember(kit, member))
  })

  app.delete('/v3/users/:id{[0-9]+}', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'users' })
    if (grant instanceof Response) return grant
    await forget(kit, grant.clientId, grant.personId)
    await kit.grants.end(grant.clientId, grant.personId)
    return c.body(null, 204)
  })
}

function withoutConsent(): Response {
  return problem(403, 'user_consent_missing', 'User has not accepted mandatory consents')
}

function isDay(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))
}
