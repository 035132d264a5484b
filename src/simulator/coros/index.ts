// COROS' cloud: errors with HTTP 200, ids beyond 2^53, a token that is extended instead of replaced, files on another host.
import { createHash } from 'node:crypto'
import { type Context as HonoContext, Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import { type Edit, edited } from '../kit/edits.ts'
import { fitFileOf } from '../kit/fit.ts'
import type { Grant } from '../kit/grants.ts'
import { type Kit, openKit } from '../kit/kit.ts'
import { exchange, mountAuthorize, mountToken, type OauthHooks } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { activeKcal, simulateDay, type Workout } from '../people/day.ts'
import { dayOfInstant, daysFrom, localIso, plusDays } from '../people/days.ts'
import { mainNight } from '../people/night.ts'
import { type Person, person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { rules } from './rules.ts'

const KIND = 'sport'
const COROS = 294
const SYNCED_AFTER_MS = 120_000
const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 60
const HISTORY_DAYS = 90
const MAX_RANGE_DAYS = 30
const MODES: Record<string, [number, number]> = {
  running: [8, 1],
  cycling: [9, 1],
  walking: [31, 1],
  hiking: [16, 1],
  swimming: [10, 1],
  rowing: [24, 1],
  yoga: [18, 1],
  strength_training: [23, 2],
}

interface Sport {
  day: string
  workout: Workout
  body: Record<string, unknown> & { labelId: bigint; calorie: number }
}

export function createCorosSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const app = new Hono()

  async function sports(personId: string, start: string, end: string): Promise<Sport[]> {
    const who = person(personId)
    const edits = await kit.edits.of(personId)
    return sportsOf(who, start, end, kit.clock.now(), edits, kit.baseUrl)
  }

  async function recent(personId: string, days: number): Promise<Sport[]> {
    const today = dayOfInstant(kit.clock.now(), person(personId).timeZone)
    return sports(personId, plusDays(today, 1 - days), today)
  }

  /** Removals are silent. */
  async function announce(grant: Grant, id: string, forged = false): Promise<number[]> {
    const url = await kit.callbackOf(grant.clientId)
    const found = (await recent(grant.personId, DAYS_TO_CHANGE)).find(({ body }) => String(body.labelId) === id)
    if (url === null || found === undefined) return []
    const body = text({ sportDataList: [{ openId: openIdOf(grant.personId), ...found.body }] })
    const secret = forged ? 'somebody else' : clientSecretOf(grant.clientId)
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({
        url,
        body,
        headers: { 'content-type': 'application/json', client: grant.clientId, secret },
      }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    items: async ({ personId }) =>
      (await recent(personId, DAYS_WATCHED)).map(({ body, day }) => ({
        kind: KIND,
        id: String(body.labelId),
        day,
        item: text(body),
      })),
    async announce(grant, changes) {
      for (const { id, what } of changes) if (what !== 'delete') await announce(grant, id)
    },
  })

  const hooks: OauthHooks = {
    begun: (grant) => watched.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }, asked) =>
      // It says that it extends the token there is; a client that is given one has to take it.
      asked === 'refresh'
        ? c.json({ result: '0000', message: 'OK', access_token: accessToken })
        : c.json({
            access_token: accessToken,
            refresh_token: refreshToken,
            openId: openIdOf(grant.personId),
            expires_in: expiresInSeconds,
          }),
    refuse: (c, { error, description }) =>
      error === 'invalid_grant'
        ? c.json({ result: '1001', message: 'Access token is invalid or expired' })
        : c.json({ error, error_description: description }, 400),
  }
  mountAuthorize(app, kit)
  mountToken(app, kit, hooks)
  app.post('/oauth2/refresh-token', async (c) =>
    exchange(c, kit, Object.fromEntries(new URLSearchParams(await c.req.text())), hooks),
  )
  app.post('/oauth2/deauthorize', async (c) => {
    const grant = await kit.grants.of(c.req.query('token') ?? '')
    if (grant !== null) await kit.grants.end(grant.clientId, grant.personId)
    return c.json({ result: '0000', message: 'OK' })
  })
  mountData(app, kit, sports)

  return serve(kit, app, {
    async items(personId) {
      const all = await recent(personId, DAYS_TO_CHANGE)
      return all.map(({ body, day }) => ({ kind: KIND, id: String(body.labelId), day }))
    },
    async notify({ grant, id, forged }) {
      const newest = id ?? (await recent(grant.personId, DAYS_TO_CHANGE)).at(-1)?.body.labelId
      return newest === undefined ? [] : announce(grant, String(newest), forged)
    },
    tick: () => watched.look(),
  })
}

function mountData(
  app: Hono,
  kit: Kit,
  sports: (personId: string, start: string, end: string) => Promise<Sport[]>,
): void {
  function days(c: HonoContext): { start: string; end: string } | null {
    const { startDate = '', endDate = '' } = c.req.query()
    if (!/^\d{8}$/.test(startDate) || !/^\d{8}$/.test(endDate)) return null
    const [start, end] = [dashed(startDate), dashed(endDate)]
    return daysFrom(start, end).length > MAX_RANGE_DAYS ? null : { start, end }
  }

  app.get('/v2/coros/sport/list', async (c) => {
    const asked = days(c)
    const grant = await kit.admit(c.req.raw, { kind: KIND, ...(asked && { from: asked.start, to: asked.end }) })
    if (grant instanceof Response) return grant
    if (asked === null) return kit.refuse('bad_request', 'startDate and endDate')
    const first = plusDays(dayOfInstant(kit.clock.now(), person(grant.personId).timeZone), -HISTORY_DAYS)
    const found = await sports(grant.personId, asked.start < first ? first : asked.start, asked.end)
    return json({ result: '0000', message: 'OK', data: found.map(({ body }) => body) })
  })

  app.get('/v2/coros/sport/detail/fit', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: KIND })
    if (grant instanceof Response) return grant
    const today = dayOfInstant(kit.clock.now(), person(grant.personId).timeZone)
    const found = (await sports(grant.personId, plusDays(today, -HISTORY_DAYS), today)).find(
      ({ body }) => String(body.labelId) === c.req.query('labelId'),
    )
    if (found === undefined) return kit.refuse('bad_request', 'labelId')
    const { labelId, mode, subMode, fitUrl } = found.body
    return json({ result: '0000', message: 'OK', data: { labelId, mode, subMode, fitUrl } })
  })

  app.get('/coros/daily/query', async (c) => {
    const asked = days(c)
    const grant = await kit.admit(c.req.raw, { kind: 'daily', ...(asked && { from: asked.start, to: asked.end }) })
    if (grant instanceof Response) return grant
    if (asked === null) return kit.refuse('bad_request', 'startDate and endDate')
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const dailyList = daysFrom(asked.start, asked.end < today ? asked.end : today).map((day) => dailyOf(who, day, now))
    return json({ result: '0000', message: 'OK', data: { dailyList } })
  })

  // Public, under names that nobody guesses.
  app.get('/files/:person/:start/:file', (c) => {
    const who = person(c.req.param('person'))
    kit.counting.asked(who.id, { kind: 'file' })
    const startAt = Number(c.req.param('start'))
    const workout = simulateDay(who, dayOfInstant(startAt, who.timeZone)).workouts.find(
      (each) => each.startAt === startAt,
    )
    if (workout === undefined) return c.text('Not Found', 404)
    const device = {
      manufacturer: COROS,
      serial: numberOf('pace', who.id),
      utcOffsetMinutes: quartersAt(who, startAt) * 15,
    }
    return new Response(Buffer.from(fitFileOf(who, workout, device)))
  })
}

/** Oldest first. */
function sportsOf(
  who: Person,
  start: string,
  end: string,
  now: number,
  edits: readonly Edit[],
  baseUrl: string,
): Sport[] {
  const all = daysFrom(start, end).flatMap((day) =>
    simulateDay(who, day)
      .workouts.filter(({ endAt, manual }) => !manual && endAt + SYNCED_AFTER_MS <= now)
      .map((workout) => ({ day, workout, body: bodyOf(who, workout, baseUrl) })),
  )
  return edited(all, KIND, edits, {
    id: ({ body }) => String(body.labelId),
    rewrite: (each, times) => ({ ...each, body: { ...each.body, calorie: each.body.calorie + times * 1000 } }),
  })
}

function bodyOf(who: Person, workout: Workout, baseUrl: string): Sport['body'] {
  const [mode, subMode] = MODES[workout.sport] ?? [18, 1]
  const labelId = 472_134_880_000_000_000n + BigInt(numberOf('label', who.id, workout.startAt))
  const seconds = (workout.endAt - workout.startAt) / 1000
  return {
    labelId,
    mode,
    subMode,
    deviceName: 'COROS PACE 3',
    distance: workout.meters ?? 0,
    calorie: Math.round(workout.kcal * 1000),
    duration: seconds,
    startTime: Math.floor(workout.startAt / 1000),
    endTime: Math.floor(workout.endAt / 1000),
    startTimezone: quartersAt(who, workout.startAt),
    endTimezone: quartersAt(who, workout.endAt),
    avgSpeed: workout.meters === null ? 0 : Math.round((seconds / workout.meters) * 1000),
    fitUrl: `${baseUrl}/files/${who.id}/${workout.startAt}/${labelId}.fit`,
  }
}

function dailyOf(who: Person, day: string, now: number): Record<string, unknown> {
  const lived = simulateDay(who, day)
  const until = Math.min(lived.length, Math.max(0, Math.floor((now - lived.startAt) / 60_000)))
  const night = mainNight(who, day)
  const wall = (at: number): string => localIso(at, who.timeZone).slice(0, 19).replace('T', ' ')
  return {
    happenDay: Number(day.replaceAll('-', '')),
    step: lived.steps.subarray(0, until).reduce((sum, each) => sum + each, 0),
    calorie: Math.round(activeKcal(who, lived, 0, until) * 1000),
    startTimezone: quartersAt(who, night.startAt),
    endTimezone: quartersAt(who, night.endAt),
    ...(night.endAt > now
      ? {}
      : {
          rhr: night.lowestBpm,
          ppgHrv: night.averageHrv,
          sleepAvgHr: Math.round(night.averageBpm),
          sleepStartTime: wall(night.startAt),
          sleepEndTime: wall(night.endAt),
          hrvList: night.hrvRmssdMs.flatMap((hrv, i) =>
            hrv === null || i % 2 === 1
              ? []
              : [{ timestamp: Math.floor(night.startAt / 1000) + i * 300, hrv, hr: night.bpm[i] ?? undefined }],
          ),
        }),
  }
}

function quartersAt(who: Person, at: number): number {
  const zone = localIso(at, who.timeZone).slice(23)
  return ((zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))) / 15
}

function openIdOf(personId: string): string {
  return createHash('sha256').update(`coros|${personId}`).digest('hex').slice(0, 16)
}

function numberOf(...name: (string | number)[]): number {
  return Number.parseInt(createHash('sha256').update(name.join('|')).digest('hex').slice(0, 8), 16) % 900_000_000
}

function dashed(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`
}

function json(value: unknown): Response {
  return new Response(text(value), { headers: { 'content-type': 'application/json' } })
}

/** Ids are numbers that no double holds. */
function text(value: unknown): string {
  const marked = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? `#${each}#` : each))
  return marked.replaceAll(/"#(\d+)#"/g, '$1')
}
