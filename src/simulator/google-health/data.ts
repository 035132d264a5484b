// The data of the Google Health API: points by filter and page, one by name, roll-ups, and who somebody is.
import type { Context as HonoContext, Hono } from 'hono'
import { edited } from '../kit/edits.ts'
import type { Admitted, Kit } from '../kit/kit.ts'
import { lastSync, MINUTE, seen } from '../fitbit/device.ts'
import { healthUserId, legacyUserId } from '../fitbit/ids.ts'
import { hasTrack, tcxOf } from '../fitbit/tcx.ts'
import { workoutsOf } from '../fitbit/workouts.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import { daysOf, parseFilter, passes } from './filter.ts'
import { hasPoints, phonePointsOfDay, type Point, pointsOfDay } from './points.ts'
import { longestRange, rollsUp, rollUp } from './roll-ups.ts'
import { errorBody } from './rules.ts'
import { dateOf, type Json, memberOf, offsetOf, utc } from './shapes.ts'

const SCOPE = 'https://www.googleapis.com/auth/googlehealth.'
const MAX_PAGE = 10_000
const EXPORT = 'exportExerciseTcx'
const SESSION_PAGE = 25
const SESSIONS = new Set(['sleep', 'exercise'])
const SCOPES: Record<string, string> = {
  sleep: 'sleep',
  'nutrition-log': 'nutrition',
  'hydration-log': 'nutrition',
  electrocardiogram: 'ecg',
  'irregular-rhythm-notification': 'irn',
  'menstrual-period': 'reproductive_health',
  'ovulation-test': 'reproductive_health',
  symptoms: 'logged_symptoms',
  moods: 'mindfulness',
}
const ACTIVITY = new Set([
  'steps',
  'distance',
  'floors',
  'altitude',
  'total-calories',
  'active-energy-burned',
  'active-minutes',
  'active-zone-minutes',
  'activity-level',
  'sedentary-period',
  'time-in-heart-rate-zone',
  'calories-in-heart-rate-zone',
  'exercise',
  'vo2-max',
  'run-vo2-max',
  'daily-vo2-max',
  'basal-energy-burned',
  'swim-lengths-data',
])

function scopeOf(dataType: string): string {
  const name = SCOPES[dataType] ?? (ACTIVITY.has(dataType) ? 'activity_and_fitness' : 'health_metrics_and_measurements')
  return `${SCOPE}${name}.readonly`
}

export function mountData(app: Hono, kit: Kit): void {
  const root = '/v4/users/me'

  /** Who asks, or Google's refusal. Somebody who never opened the app has no account there. */
  async function asker(c: HonoContext, kind: string, scope: string | null, from?: string, to?: string) {
    const admitted = await kit.admit(c.req.raw, { kind, scope, from, to })
    if (admitted instanceof Response) return admitted
    if (admitted.personId.startsWith('unlinked')) {
      const message = 'The account is not linked to Google Health.'
      return c.json(errorBody(400, 'FAILED_PRECONDITION', message, 'ACCOUNT_NOT_LINKED'), 400)
    }
    return admitted
  }

  app.get(`${root}/identity`, async (c) => {
    const who = await asker(c, 'identity', null)
    if (who instanceof Response) return who
    const { personId } = who
    return c.json({
      name: 'users/me/identity',
      // Accounts that are newer than the move have no old id.
      ...(personId.startsWith('new-') ? {} : { legacyUserId: legacyUserId(personId) }),
      healthUserId: healthUserId(personId),
    })
  })

  app.get(`${root}/profile`, async (c) => {
    const who = await asker(c, 'profile', `${SCOPE}profile.readonly`)
    if (who instanceof Response) return who
    const { age } = person(who.personId)
    return c.json({ name: 'users/me/profile', age, membershipStartDate: { year: 2021, month: 5, day: 2 } })
  })

  app.get(`${root}/settings`, async (c) => {
    const who = await asker(c, 'settings', `${SCOPE}settings.readonly`)
    if (who instanceof Response) return who
    const { timeZone } = person(who.personId)
    const utcOffset = offsetOf(kit.clock.now(), timeZone)
    return c.json({ name: 'users/me/settings', timeZone, utcOffset, distanceUnit: 'DISTANCE_UNIT_KILOMETERS' })
  })

  app.get(`${root}/pairedDevices`, async (c) => {
    const who = await asker(c, 'pairedDevices', `${SCOPE}settings.readonly`)
    if (who instanceof Response) return who
    const lastSyncTime = utc(Math.floor(kit.clock.now() / 900_000) * 900_000)
    const device = { name: 'users/me/pairedDevices/2541839087', deviceType: 'TRACKER', deviceVersion: 'Charge 6' }
    return c.json({ pairedDevices: [{ ...device, batteryLevel: 86, lastSyncTime }] })
  })

  app.get(`${root}/dataTypes/:type/dataPoints/:id`, async (c) => {
    const type = c.req.param('type')
    const who = await asker(c, type, scopeOf(type))
    if (who instanceof Response) return who
    if (!hasPoints(type)) return kit.refuse('missing', 'Requested entity was not found.')
    const [id, action] = c.req.param('id').split(':') as [string, string?]
    if (action !== undefined) return action === EXPORT ? track(c, who, id) : kit.refuse('missing', 'Not Found')
    const found = await pointById(who, type, id)
    return found === null
      ? kit.refuse('missing', 'Requested entity was not found.')
      : c.json(shown(found, type, who.personId, false))
  })

  app.get(`${root}/dataTypes/:type/:collection`, async (c) => {
    const type = c.req.param('type')
    const reconciled = c.req.param('collection') === 'dataPoints:reconcile'
    if (!reconciled && c.req.param('collection') !== 'dataPoints') return kit.refuse('missing', 'Not Found')
    const { filter, pageSize, pageToken } = c.req.query()
    const conditions = parseFilter(type, filter)
    const now = kit.clock.now()
    const bounds = typeof conditions === 'string' ? undefined : daysOf(conditions, dayOfInstant(now, 'UTC'))
    const who = await asker(c, type, scopeOf(type), bounds?.start, bounds?.end)
    if (who instanceof Response) return who
    if (!hasPoints(type)) return kit.refuse('bad_request', `The data type '${type}' does not support this method.`)
    if (typeof conditions === 'string') return kit.refuse('bad_request', conditions)
    const zone = person(who.personId).timeZone
    const days = daysFrom(bounds!.start, plusDays(bounds!.end, -1))
    const points = await answerTo([who.personId, type, reconciled, filter, lastSync(now)].join(' '), who, async () =>
      (await allPoints(who, type, days, reconciled))
        .filter((point) => passes(point, conditions, zone))
        .sort((a, b) => b.startAt - a.startAt),
    )
    const most = SESSIONS.has(type) ? SESSION_PAGE : MAX_PAGE
    const size = Math.max(1, Math.min(most, Number(pageSize) || (SESSIONS.has(type) ? SESSION_PAGE : 1440)))
    const offset = pageToken === undefined ? 0 : Number(Buffer.from(pageToken, 'base64url').toString('utf8')) || 0
    const end = offset + size
    return c.json({
      // Empty lists are a default, and left out.
      ...(points.length > offset
        ? { dataPoints: points.slice(offset, end).map((point) => shown(point, type, who.personId, reconciled)) }
        : {}),
      ...(end < points.length ? { nextPageToken: Buffer.from(String(end)).toString('base64url') } : {}),
    })
  })

  app.post(`${root}/dataTypes/:type/:collection`, async (c) => {
    const type = c.req.param('type')
    const daily = c.req.param('collection') === 'dataPoints:dailyRollUp'
    if (!daily && c.req.param('collection') !== 'dataPoints:rollUp') return kit.refuse('missing', 'Not Found')
    const body = (await c.req.json().catch(() => ({}))) as RollUpRequest
    const span = daily ? civilSpan(body) : instantSpan(body)
    const who = await asker(c, `${type}${daily ? '_dailyRollUp' : '_rollUp'}`, scopeOf(type), span?.first, span?.last)
    if (who instanceof Response) return who
    if (!rollsUp(type)) return kit.refuse('bad_request', `The data type '${type}' does not support roll-ups.`)
    if (span === null) return kit.refuse('bad_request', 'The range or the window size cannot be read.')
    if (span.days > longestRange(type)) {
      return kit.refuse('bad_request', `The range must not be longer than ${longestRange(type)} days.`)
    }
    const who_ = person(who.personId)
    const windows = daily ? civilWindows(who_, type, span) : instantWindows(who_, type, body, span)
    return c.json(windows.length === 0 ? {} : { rollupDataPoints: windows })
  })

  function civilWindows(who: Person, type: string, span: Span): Json[] {
    const now = kit.clock.now()
    return daysFrom(span.first, plusDays(span.last, -1)).map((day) => {
      const of = seen(who, day, now)
      const value = rollUp(who, type, of, 0, of.day.length, now)
      return {
        civilStartTime: { date: dateOf(day), time: {} },
        civilEndTime: { date: dateOf(plusDays(day, 1)), time: {} },
        ...(value === null ? {} : { [memberOf(type)]: value }),
      }
    })
  }

  function instantWindows(who: Person, type: string, body: RollUpRequest, span: Span): Json[] {
    const now = kit.clock.now()
    const size = Number(body.windowSize!.slice(0, -1)) * 1000
    const [start, end] = [Date.parse(body.range!.startTime!), Date.parse(body.range!.endTime!)]
    const windows: Json[] = []
    for (let at = start; at + size <= end && windows.length < MAX_PAGE; at += size) {
      const of = seen(who, dayOfInstant(at, who.timeZone), now)
      const from = Math.round((at - of.day.startAt) / MINUTE)
      const value = rollUp(who, type, of, from, Math.min(of.day.length, from + size / MINUTE), now)
      windows.push({
        startTime: utc(at),
        endTime: utc(at + size),
        ...(value === null ? {} : { [memberOf(type)]: value }),
      })
    }
    return span.days > 0 ? windows : []
  }

  /** The track, for those who may know where somebody was. */
  function track(c: HonoContext, { personId, scopes }: Admitted, id: string): Response {
    if (!scopes.includes(`${SCOPE}location.readonly`)) return kit.refuse('scope', 'Request had insufficient scopes.')
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    for (const day of daysFrom(plusDays(today, -400), today).reverse()) {
      const logged = workoutsOf(who, day, now).find((each) => each.id === id)
      if (logged === undefined) continue
      if (!hasTrack(logged)) return kit.refuse('bad_request', 'The exercise has no GPS data.')
      const xml = tcxOf(who, day, logged, utc)
      if (c.req.query('alt') === 'media') return c.body(xml, 200, { 'content-type': 'application/vnd.garmin.tcx+xml' })
      return c.json({ tcxData: xml })
    }
    return kit.refuse('missing', 'Requested entity was not found.')
  }

  /** The pages of one question are cut from one answer: a week of heart rate is made once. */
  const answers = new Map<string, Point[]>()

  async function answerTo(question: string, who: Admitted, make: () => Promise<Point[]>): Promise<Point[]> {
    const key = `${question} ${JSON.stringify(await kit.edits.of(who.personId))}`
    let points = answers.get(key)
    if (points === undefined) {
      points = await make()
      if (answers.size >= 4) answers.delete(answers.keys().next().value!)
      answers.set(key, points)
    }
    return points
  }

  async function allPoints(
    who: Admitted,
    type: string,
    days: readonly string[],
    reconciled: boolean,
  ): Promise<Point[]> {
    const now = kit.clock.now()
    const self = person(who.personId)
    const own = days.flatMap((day) => pointsOfDay(self, type, day, now))
    const others = reconciled ? [] : days.flatMap((day) => phonePointsOfDay(self, type, day, now))
    return [...editedPoints(own, type, await kit.edits.of(who.personId)), ...others]
  }

  async function pointById(who: Admitted, type: string, id: string): Promise<Point | null> {
    const self = person(who.personId)
    const today = dayOfInstant(kit.clock.now(), self.timeZone)
    const days = daysFrom(plusDays(today, -60), today)
    return (await allPoints(who, type, days, true)).find((point) => point.id === id) ?? null
  }
}

export function editedPoints(points: readonly Point[], type: string, edits: Parameters<typeof edited>[2]): Point[] {
  return edited(points, type, edits, { id: ({ id }) => id, rewrite: rewritten })
}

/** A later version of a night or a workout; a weighing that was corrected. */
function rewritten(point: Point, times: number): Point {
  const value = point.value as { [name: string]: Json | undefined }
  const updateTime =
    typeof value.updateTime === 'string' ? utc(Date.parse(value.updateTime) + times * 60_000) : undefined
  const metrics = value.metricsSummary as { caloriesKcal?: number } | undefined
  const summary = value.summary as { minutesToFallAsleep?: string } | undefined
  return {
    ...point,
    value: {
      ...value,
      ...(updateTime === undefined ? {} : { updateTime }),
      ...(metrics === undefined
        ? {}
        : { metricsSummary: { ...metrics, caloriesKcal: (metrics.caloriesKcal ?? 0) + times } }),
      ...(summary === undefined
        ? {}
        : { summary: { ...summary, minutesToFallAsleep: String(Number(summary.minutesToFallAsleep ?? 0) + times) } }),
      ...(typeof value.weightGrams === 'number' ? { weightGrams: value.weightGrams + times * 100 } : {}),
    },
  }
}

const WATCH = { formFactor: 'FITNESS_BAND', manufacturer: 'Fitbit', displayName: 'Charge 6' }
const SOURCES: Record<Point['source'], Json> = {
  watch: { recordingMethod: 'PASSIVELY_MEASURED', device: WATCH, platform: 'FITBIT' },
  derived: { recordingMethod: 'DERIVED', device: WATCH, platform: 'FITBIT' },
  scale: {
    recordingMethod: 'ACTIVELY_MEASURED',
    device: { formFactor: 'SCALE', manufacturer: 'Fitbit', displayName: 'Aria Air' },
    platform: 'FITBIT',
  },
  manual: { recordingMethod: 'MANUAL', application: { packageName: 'com.fitbit.FitbitMobile' }, platform: 'FITBIT' },
  phone: {
    recordingMethod: 'UNKNOWN',
    application: { packageName: 'com.example.otherapp' },
    platform: 'HEALTH_CONNECT',
  },
}

function shown(point: Point, type: string, personId: string, reconciled: boolean): Json {
  const name = `users/${healthUserId(personId)}/dataTypes/${type}/dataPoints/${point.id}`
  if (!reconciled) return { name, dataSource: SOURCES[point.source], [memberOf(type)]: point.value }
  // Merged samples and intervals have no name of their own.
  return { dataPointName: SESSIONS.has(type) ? name : '', [memberOf(type)]: point.value }
}

interface RollUpRequest {
  range?: {
    startTime?: string
    endTime?: string
    start?: { date?: Date_; time?: object }
    end?: { date?: Date_; time?: object }
  }
  windowSize?: string
  windowSizeDays?: number
}
interface Date_ {
  year: number
  month: number
  day: number
}
interface Span {
  first: string
  /** Excluded for civil ranges. */
  last: string
  days: number
}

function civilSpan({ range, windowSizeDays }: RollUpRequest): Span | null {
  const [start, end] = [range?.start, range?.end]
  if (!start?.date || !end?.date || windowSizeDays !== 1) return null
  if (Object.keys(start.time ?? {}).length > 0) return null
  const [first, last] = [dayText(start.date), dayText(end.date)]
  return { first, last, days: Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000) }
}

function instantSpan({ range, windowSize }: RollUpRequest): Span | null {
  const [start, end] = [Date.parse(range?.startTime ?? ''), Date.parse(range?.endTime ?? '')]
  if (Number.isNaN(start) || Number.isNaN(end) || !/^\d+s$/.test(windowSize ?? '')) return null
  const [first, last] = [start, end].map((at) => new Date(at).toISOString().slice(0, 10)) as [string, string]
  // Fourteen local days are an hour longer when the clock goes back.
  return { first, last, days: Math.floor((end - start) / 86_400_000) }
}

function dayText({ year, month, day }: Date_): string {
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}
