// The old Web API's routes. Dates are in the path; limits are told with every answer.
import type { Context as HonoContext, Hono } from 'hono'
import { edited } from '../kit/edits.ts'
import type { Admitted, Kit } from '../kit/kit.ts'
import { logsOf } from '../fitbit/nights.ts'
import { hasTrack, tcxOf } from '../fitbit/tcx.ts'
import { workoutsOf } from '../fitbit/workouts.ts'
import { dayOfInstant, daysFrom, localIso, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import {
  activityLog,
  azmDay,
  breathingDay,
  cardioDay,
  daySummary,
  ecgReadings,
  fatLogs,
  foodLog,
  heartDay,
  heartIntraday,
  hrvDay,
  intraday,
  profile,
  RESOURCES,
  seriesRow,
  skinDay,
  sleepLog,
  spo2Day,
  waterLog,
  weightLogs,
} from './documents.ts'
import { errors } from './rules.ts'

const DAY = /^\d{4}-\d\d-\d\d$/
const USER = '/1/user/-'

type Rows = (who: Person, day: string, now: number) => unknown[]
interface RangeRoute {
  path: string
  scope: string
  longest: number
  rows: Rows
  shape: (rows: unknown[]) => unknown
}

const named = (name: string) => (rows: unknown[]) => ({ [name]: rows })
const one =
  (row: (who: Person, day: string, now: number) => unknown): Rows =>
  (who, day, now) => [row(who, day, now)]

/** Ranges by the paths before `/date/{start}/{end}`. */
const RANGES: readonly RangeRoute[] = [
  {
    path: '/activities/heart',
    scope: 'heartrate',
    longest: 365,
    rows: one(heartDay),
    shape: named('activities-heart'),
  },
  {
    path: '/activities/active-zone-minutes',
    scope: 'activity',
    longest: 1095,
    rows: one(azmDay),
    shape: named('activities-active-zone-minutes'),
  },
  { path: '/hrv', scope: 'heartrate', longest: 30, rows: (...of) => hrvDay(...of, false), shape: named('hrv') },
  // The one list without a name.
  {
    path: '/spo2',
    scope: 'oxygen_saturation',
    longest: 30,
    rows: (...of) => spo2Day(...of, false),
    shape: (rows) => rows,
  },
  {
    path: '/br',
    scope: 'respiratory_rate',
    longest: 30,
    rows: (...of) => breathingDay(...of, false),
    shape: named('br'),
  },
  { path: '/temp/skin', scope: 'temperature', longest: 30, rows: skinDay, shape: named('tempSkin') },
  { path: '/temp/core', scope: 'temperature', longest: 30, rows: () => [], shape: named('tempCore') },
  { path: '/cardioscore', scope: 'cardio_fitness', longest: 30, rows: cardioDay, shape: named('cardioscore') },
  { path: '/body/log/weight', scope: 'weight', longest: 31, rows: weightLogs, shape: named('weight') },
  { path: '/body/log/fat', scope: 'weight', longest: 31, rows: fatLogs, shape: named('fat') },
]

export function mountData(app: Hono, kit: Kit): void {
  interface Asker extends Admitted {
    who: Person
    now: number
  }

  async function asker(
    c: HonoContext,
    kind: string,
    scope: string,
    from?: string,
    to?: string,
  ): Promise<Asker | Response> {
    for (const day of [from, to]) {
      if (day !== undefined && !DAY.test(day)) return c.json(errors('validation', `Invalid date: ${day}`, 'date'), 400)
    }
    const admitted = await kit.admit(c.req.raw, { kind, scope, from, to })
    if (admitted instanceof Response) return admitted
    const [window] = admitted.usage
    if (window !== undefined) {
      c.header('fitbit-rate-limit-limit', String(window.requests))
      c.header('fitbit-rate-limit-remaining', String(Math.max(0, window.requests - window.used)))
      c.header('fitbit-rate-limit-reset', String(Math.max(1, Math.ceil((window.resetAt - kit.clock.now()) / 1000))))
    }
    return { ...admitted, who: person(admitted.personId), now: kit.clock.now() }
  }

  /** Days of a range, or Fitbit's refusal of it. */
  function range(c: HonoContext, longest: number): string[] | Response {
    const [start, end] = [c.req.param('start')!, (c.req.param('end') ?? '').replace('.json', '')]
    const days = daysFrom(start, end)
    if (days.length === 0)
      return c.json(errors('validation', 'The end date must not be before the start date', 'date'), 400)
    if (days.length <= longest) return days
    const message = `The requested date range is too large. The maximum range is ${longest} days.`
    return c.json(errors('validation', message, 'date'), 400)
  }

  for (const { path, scope, longest, rows, shape } of RANGES) {
    app.get(`${USER}${path}/date/:start/:end{[0-9-]+\\.json}`, async (c) => {
      const end = c.req.param('end').replace('.json', '')
      const who = await asker(c, path.slice(1), scope, c.req.param('start'), end)
      if (who instanceof Response) return who
      const days = range(c, longest)
      if (days instanceof Response) return days
      return c.json(shape(days.flatMap((day) => rows(who.who, day, who.now))) as object)
    })
  }

  for (const [path, scope, rowsOf, name] of [
    ['/hrv', 'heartrate', hrvDay, 'hrv'],
    ['/spo2', 'oxygen_saturation', spo2Day, null],
    ['/br', 'respiratory_rate', breathingDay, 'br'],
  ] as const) {
    app.get(`${USER}${path}/date/:start/:end/all.json`, async (c) => {
      const who = await asker(c, `${path.slice(1)}/all`, scope, c.req.param('start'), c.req.param('end'))
      if (who instanceof Response) return who
      const days = range(c, 30)
      if (days instanceof Response) return days
      const rows = days.flatMap((day) => rowsOf(who.who, day, who.now, true))
      return c.json(name === null ? rows : { [name]: rows })
    })
  }

  app.get(`${USER}/profile.json`, async (c) => {
    const who = await asker(c, 'profile', 'profile')
    return who instanceof Response ? who : c.json(profile(who.who, who.now))
  })

  app.get(`${USER}/devices.json`, async (c) => {
    const who = await asker(c, 'devices', 'settings')
    if (who instanceof Response) return who
    const device = { id: '2541839087', deviceVersion: 'Charge 6', type: 'TRACKER', batteryLevel: 86 }
    return c.json([{ ...device, lastSyncTime: new Date(who.now).toISOString().slice(0, 23) }])
  })

  app.get(`${USER}/activities/date/:day{[0-9-]+\\.json}`, async (c) => {
    const day = c.req.param('day').replace('.json', '')
    const who = await asker(c, 'activities/date', 'activity', day, day)
    return who instanceof Response ? who : c.json(daySummary(who.who, day, who.now))
  })

  app.get(`${USER}/activities/list.json`, async (c) => {
    const who = await asker(c, 'activities/list', 'activity', c.req.query('afterDate'))
    if (who instanceof Response) return who
    const edits = await kit.edits.of(who.personId)
    return list(c, who, 'activities', 100, (day) =>
      edited(
        workoutsOf(who.who, day, who.now).map((logged) => activityLog(who.who, logged)),
        'activity',
        edits,
        {
          id: ({ logId }) => String(logId),
          rewrite: (log, times) => ({ ...log, calories: Number(log.calories) + times }),
        },
      ),
    )
  })

  app.get(`${USER}/activities/:log{\\d+\\.tcx}`, async (c) => {
    const who = await asker(c, 'activities/tcx', 'location')
    if (who instanceof Response) return who
    const today = dayOfInstant(who.now, who.who.timeZone)
    const id = c.req.param('log').replace('.tcx', '')
    for (const day of daysFrom(plusDays(today, -400), today).reverse()) {
      const logged = workoutsOf(who.who, day, who.now).find((each) => each.id === id)
      if (logged === undefined || !hasTrack(logged)) continue
      const xml = tcxOf(who.who, day, logged, (at) => localIso(at, who.who.timeZone))
      return c.body(xml, 200, { 'content-type': 'application/vnd.garmin.tcx+xml' })
    }
    return kit.refuse('missing', 'Not Found')
  })

  app.get(`${USER}/ecg/list.json`, async (c) => {
    const who = await asker(c, 'ecg/list', 'electrocardiogram', c.req.query('afterDate'))
    if (who instanceof Response) return who
    return list(c, who, 'ecgReadings', 10, (day) => ecgReadings(who.who, day, who.now))
  })

  app.get(`${USER}/irn/alerts/list.json`, async (c) => {
    const who = await asker(c, 'irn/alerts', 'irregular_rhythm_notifications', c.req.query('afterDate'))
    return who instanceof Response ? who : list(c, who, 'alerts', 10, () => [])
  })

  /** In order from `afterDate` on; `pagination.next` is a whole URL, and empty at the end. */
  function list(c: HonoContext, who: Asker, name: string, most: number, itemsOf: (day: string) => unknown[]): Response {
    const { afterDate, sort, offset = '0', limit } = c.req.query()
    const size = Number(limit)
    if (afterDate === undefined || sort !== 'asc' || !(size > 0 && size <= most)) {
      return c.json(errors('validation', 'afterDate with sort=asc and a limit are needed', 'afterDate'), 400)
    }
    const today = dayOfInstant(who.now, who.who.timeZone)
    const items = daysFrom(afterDate.slice(0, 10), today).flatMap(itemsOf)
    const from = Number(offset)
    const query = new URLSearchParams({ afterDate, sort, limit: String(size), offset: String(from + size) })
    const next = from + size < items.length ? `${kit.baseUrl}${new URL(c.req.url).pathname}?${query}` : ''
    const pagination = { afterDate, limit: size, next, offset: from, previous: '', sort }
    return c.json({ [name]: items.slice(from, from + size), pagination })
  }

  app.get('/1.2/user/-/sleep/date/:start/:end{[0-9-]+\\.json}', async (c) => {
    const end = c.req.param('end').replace('.json', '')
    const who = await asker(c, 'sleep/date', 'sleep', c.req.param('start'), end)
    if (who instanceof Response) return who
    const days = range(c, 100)
    if (days instanceof Response) return days
    const edits = await kit.edits.of(who.personId)
    return c.json({ sleep: sleepOfDays(who.who, days, who.now, edits) })
  })

  app.get(`${USER}/activities/heart/date/:day/1d/:detail{(?:1sec|1min)\\.json}`, async (c) => {
    const day = c.req.param('day')
    const who = await asker(c, 'activities/heart/1d', 'heartrate', day, day)
    return who instanceof Response ? who : c.json(heartIntraday(who.who, day, who.now))
  })

  app.get(`${USER}/activities/:resource/date/:day/1d/:detail{\\d+min\\.json}`, async (c) => {
    const { resource, day, detail } = c.req.param()
    const who = await asker(c, `activities/${resource}/1d`, 'activity', day, day)
    if (who instanceof Response) return who
    const step = Number.parseInt(detail, 10)
    if (RESOURCES[resource] === undefined || ![1, 5, 15].includes(step))
      return kit.refuse('bad_request', 'Invalid resource')
    return c.json(intraday(who.who, resource, day, step, who.now))
  })

  app.get(`${USER}/activities/:resource/date/:start/:end{[0-9-]+\\.json}`, async (c) => {
    const { resource, start } = c.req.param()
    const who = await asker(c, `activities/${resource}`, 'activity', start, c.req.param('end').replace('.json', ''))
    if (who instanceof Response) return who
    if (RESOURCES[resource] === undefined) return kit.refuse('bad_request', `Invalid resource: ${resource}`)
    const days = range(c, resource === 'activityCalories' ? 30 : 1095)
    if (days instanceof Response) return days
    return c.json({ [`activities-${resource}`]: days.map((day) => seriesRow(who.who, resource, day, who.now)) })
  })

  app.get(`${USER}/foods/log/date/:day{[0-9-]+\\.json}`, async (c) => {
    const day = c.req.param('day').replace('.json', '')
    const who = await asker(c, 'foods/log', 'nutrition', day, day)
    return who instanceof Response ? who : c.json(foodLog(who.who, day, who.now))
  })

  app.get(`${USER}/foods/log/water/date/:day{[0-9-]+\\.json}`, async (c) => {
    const day = c.req.param('day').replace('.json', '')
    const who = await asker(c, 'foods/log/water', 'nutrition', day, day)
    return who instanceof Response ? who : c.json(waterLog(who.who, day, who.now))
  })
}

export function sleepOfDays(
  who: Person,
  days: readonly string[],
  now: number,
  edits: Parameters<typeof edited>[2],
): Record<string, unknown>[] {
  const logs = days.flatMap((day) => logsOf(who, day, now)).map((log) => sleepLog(who, log))
  return edited(logs, 'sleep', edits, {
    id: ({ logId }) => String(logId),
    rewrite: (log, times) => ({ ...log, efficiency: Number(log.efficiency) - times }),
  })
}
