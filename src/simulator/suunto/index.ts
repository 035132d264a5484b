// Suunto's cloud: a key beside the token, windows of 28 days, and notifications that bring samples or name a workout.
import { createHmac } from 'node:crypto'
import { type Context as HonoContext, Hono } from 'hono'
import type { Grant } from '../kit/grants.ts'
import { type Admitted, type Kit, openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, localIso, midnight, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import {
  activityOfDay,
  fileOf,
  recoveryOfDay,
  type Sample,
  sleepOfDay,
  type Synced,
  totalsOf,
  WORKOUTS,
  workoutsOf,
} from './records.ts'
import { rules } from './rules.ts'

const HISTORY_DAYS = 400
const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 60
const WINDOW_MS = 28 * 86_400_000
const KEY_HEADER = 'ocp-apim-subscription-key'
const SAMPLES: Record<string, (who: Person, day: string) => Sample[]> = {
  sleep: sleepOfDay,
  activity: activityOfDay,
  recovery: recoveryOfDay,
}

export function createSuuntoSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const app = new Hono()

  async function synced(personId: string, days: number): Promise<Synced[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    return workoutsOf(who, plusDays(today, 1 - days), today, now, await kit.edits.of(personId))
  }

  function nights(personId: string): (Sample & { day: string })[] {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    return daysFrom(plusDays(today, 1 - DAYS_WATCHED), today)
      .flatMap((day) => sleepOfDay(who, day).map((sample) => ({ ...sample, day })))
      .filter(({ at }) => at <= now)
  }

  async function send(grant: Grant, said: object, forged = false): Promise<number[]> {
    const [url, secret] = await Promise.all([kit.callbackOf(grant.clientId), kit.callbackSecretOf(grant.clientId)])
    if (url === null) return []
    const body = JSON.stringify(said)
    const signature = createHmac('sha256', forged ? 'somebody else' : (secret ?? ''))
      .update(body)
      .digest('hex')
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({
        url,
        body,
        headers: { 'content-type': 'application/json', 'x-hmac-sha256-signature': signature },
      }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  /** Removals are silent. */
  async function announce(grant: Grant, kind: string, id: string, forged = false): Promise<number[]> {
    const username = grant.personId
    if (kind === 'sleep') {
      const samples = nights(username)
        .filter(({ entryData }) => String(entryData.SleepId) === id)
        .map(({ timestamp, entryData }) => ({ timestamp, entryData }))
      return send(grant, { type: 'SUUNTO_247_SLEEP_CREATED', username, samples }, forged)
    }
    const workout = (await synced(username, DAYS_TO_CHANGE)).find(({ body }) => body.workoutKey === id)?.body
    return workout === undefined ? [] : send(grant, { type: 'WORKOUT_CREATED', username, workout }, forged)
  }

  const watched = watch(kit, {
    items: async ({ personId }) => [
      ...(await synced(personId, DAYS_WATCHED)).map(({ body, day }) => ({
        kind: WORKOUTS,
        id: body.workoutKey,
        day,
        item: body,
      })),
      ...nights(personId).map((night) => ({
        kind: 'sleep',
        id: String(night.entryData.SleepId),
        day: night.day,
        item: night.entryData,
      })),
    ],
    async announce(grant, changes) {
      for (const { kind, id, what } of changes) if (what !== 'delete') await announce(grant, kind, id)
    },
  })

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => watched.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        token_type: 'bearer',
        refresh_token: refreshToken,
        expires_in: expiresInSeconds,
        scope: 'workout',
        ukv: '1',
        uk: 'sandbox',
        user: grant.personId,
      }),
  })
  app.get('/oauth/deauthorize', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'deauthorize' })
    if (grant instanceof Response) return grant
    await kit.grants.end(grant.clientId, grant.personId)
    return c.json({})
  })
  mountData(app, kit, synced)

  return serve(kit, app, {
    async items(personId) {
      const all = await synced(personId, DAYS_TO_CHANGE)
      return all.map(({ body, day }) => ({ kind: WORKOUTS, id: body.workoutKey, day }))
    },
    async notify({ grant, kind, id, forged }) {
      const newest = id ?? (await synced(grant.personId, DAYS_TO_CHANGE)).at(-1)?.body.workoutKey
      return newest === undefined ? [] : announce(grant, kind ?? WORKOUTS, newest, forged)
    },
    tick: () => watched.look(),
  })
}

function mountData(app: Hono, kit: Kit, synced: (personId: string, days: number) => Promise<Synced[]>): void {
  /** The gateway asks for its key before anybody looks at the token. */
  async function admit(
    c: HonoContext,
    asked: { kind: string; from?: string; to?: string },
  ): Promise<Admitted | Response> {
    if (!c.req.header(KEY_HEADER)) {
      const message =
        'Access denied due to missing subscription key. Make sure to include subscription key when making requests to an API.'
      return Response.json({ statusCode: 401, message }, { status: 401 })
    }
    return kit.admit(c.req.raw, asked)
  }

  app.get('/v3/workouts', async (c) => {
    const grant = await admit(c, { kind: WORKOUTS })
    if (grant instanceof Response) return grant
    const { since = '0', limit = '50', offset = '0' } = c.req.query()
    const byChange = c.req.query('filter-by-modification-time') === 'true'
    const all = (await synced(grant.personId, HISTORY_DAYS))
      .map(({ body }) => body)
      .filter((body) => (byChange ? body.lastModified : body.startTime) >= Number(since))
      .reverse()
    const payload = all.slice(Number(offset), Number(offset) + Math.min(100, Number(limit)))
    return c.json({ error: null, payload, metadata: { ts: String(kit.clock.now()) } })
  })

  app.get('/v3/workouts/:key', async (c) => {
    const grant = await admit(c, { kind: WORKOUTS })
    if (grant instanceof Response) return grant
    const found = (await synced(grant.personId, HISTORY_DAYS)).find(
      ({ body }) => body.workoutKey === c.req.param('key'),
    )
    if (found === undefined) return missing(c, kit)
    return c.json({ error: null, payload: found.body, metadata: { ts: String(kit.clock.now()) } })
  })

  app.get('/v3/workouts/:key/fit', async (c) => {
    const grant = await admit(c, { kind: 'fit' })
    if (grant instanceof Response) return grant
    const found = (await synced(grant.personId, HISTORY_DAYS)).find(
      ({ body }) => body.workoutKey === c.req.param('key'),
    )
    if (found === undefined || found.workout.manual) return missing(c, kit)
    return new Response(Buffer.from(fileOf(person(grant.personId), found.workout)))
  })

  app.get('/247samples/:kind', async (c) => {
    const kind = c.req.param('kind')
    const samplesOf = SAMPLES[kind]
    const [from, to] = [Number(c.req.query('from')), Number(c.req.query('to'))]
    const who = (personId: string): Person => person(personId)
    const grant = await admit(c, { kind, ...days(from, to) })
    if (grant instanceof Response) return grant
    if (samplesOf === undefined) return kit.refuse('missing', kind)
    if (!(to > from) || to - from > WINDOW_MS) return kit.refuse('bad_request', 'from and to: at most 28 days')
    const { timeZone } = who(grant.personId)
    const now = kit.clock.now()
    const samples = daysFrom(plusDays(dayOfInstant(from, timeZone), -1), dayOfInstant(Math.min(to, now), timeZone))
      .flatMap((day) => samplesOf(who(grant.personId), day))
      .filter(({ at }) => at >= from && at < to && at <= now)
      .map(({ timestamp, entryData }) => ({ timestamp, entryData }))
    return c.json(samples)
  })

  app.get('/247/daily-activity-statistics', async (c) => {
    const { startdate = '', enddate = '' } = c.req.query()
    const [start, end] = [startdate.slice(0, 10), enddate.slice(0, 10)]
    const grant = await admit(c, { kind: 'daily_activity_statistics', from: start, to: end })
    if (grant instanceof Response) return grant
    if (daysFrom(start, end).length > 28) return kit.refuse('bad_request', 'at most 28 days')
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const samples = daysFrom(start, end < today ? end : today).map((day) => ({
      time: localIso(midnight(day, who.timeZone), who.timeZone),
      ...totalsOf(who, day, now),
    }))
    const source = (value: 'steps' | 'joules') => [
      { Name: 'Suunto Race S', Samples: samples.map((each) => ({ TimeISO8601: each.time, Value: each[value] })) },
    ]
    return c.json([
      { Name: 'stepcount', Sources: source('steps') },
      { Name: 'energyconsumption', Sources: source('joules') },
    ])
  })
}

function days(from: number, to: number): { from: string; to: string } | Record<string, never> {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return {}
  return { from: new Date(from).toISOString().slice(0, 10), to: new Date(to - 1).toISOString().slice(0, 10) }
}

function missing(c: HonoContext, kit: Kit): Response {
  const metadata = { ts: String(kit.clock.now()) }
  return c.json({ error: { code: '404', description: 'Workout not found' }, payload: null, metadata }, 404)
}
