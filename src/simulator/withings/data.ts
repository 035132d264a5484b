// Withings' data API: forms with an action, pages by offset, times in seconds.
import type { Hono } from 'hono'
import type { Edit } from '../kit/edits.ts'
import type { Admitted, Kit } from '../kit/kit.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person, type Person } from '../people/person.ts'
import { pieces } from './days.ts'
import { currentActivity, currentGroups, currentNights, currentWorkouts } from './edits.ts'
import { CUFF, deviceIdOf, MAT, SCALE, seconds, THERMOMETER, WATCH } from './ids.ts'
import { recordings, signal, signUpGroups } from './measures.ts'
import { ok } from './rules.ts'
import { stagePieces } from './sleep.ts'

const DAY_SECONDS = 86_400
/** Longer ranges are answered as far as this. */
const ANSWERED_SECONDS = DAY_SECONDS
const PAGE = { measure: 50, rows: 30 }
/** How far back `lastupdate` and questions without a range look. */
const SEARCH_BACK_DAYS = 400
/** What comes without `data_fields`. */
const FEW_ACTIVITY = ['steps', 'distance', 'elevation', 'calories']
const FEW_WORKOUT = ['calories', 'intensity']
const FEW_NIGHT = ['lightsleepduration', 'deepsleepduration', 'remsleepduration', 'wakeupduration']
const ACTIVITY_DATA =
  /^(?:steps|distance|elevation|soft|moderate|intense|active|calories|totalcalories|hr_(?:average|min|max|zone_\d))$/

type Form = Record<string, string>
interface Question {
  who: Person
  form: Form
  now: number
  today: string
  edits: readonly Edit[]
}
interface Call {
  kind: string
  scope: string
  answer(question: Question): object | string
}

const metrics = 'user.metrics'
const activity = 'user.activity'

/** By path and action. A text is a complaint about the parameters. */
const CALLS: Record<string, Call> = {
  '/measure getmeas': { kind: 'measure', scope: metrics, answer: measures },
  '/v2/measure getactivity': { kind: 'activity', scope: activity, answer: activities },
  '/v2/measure getintradayactivity': { kind: 'intraday', scope: activity, answer: intraday },
  '/v2/measure getworkouts': { kind: 'workouts', scope: activity, answer: workouts },
  '/v2/sleep getsummary': { kind: 'sleep_summary', scope: activity, answer: nights },
  '/v2/sleep get': { kind: 'sleep', scope: activity, answer: stages },
  '/v2/heart list': { kind: 'heart_list', scope: metrics, answer: heartList },
  '/v2/heart get': { kind: 'heart', scope: metrics, answer: heart },
  '/v2/user getdevice': { kind: 'device', scope: 'user.info', answer: devices },
  '/v2/user getgoals': { kind: 'goals', scope: 'user.info', answer: () => ({ goals: [] }) },
}

export function mountData(app: Hono, kit: Kit): void {
  for (const path of new Set(Object.keys(CALLS).map((name) => name.split(' ')[0]!))) {
    app.post(path, async (c) => {
      const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
      const call = CALLS[`${path} ${form.action}`]
      if (call === undefined) return kit.refuse('missing', 'wrong action or wrong webservice')
      const grant = await kit.admit(c.req.raw, { kind: call.kind, scope: call.scope, ...rangeOf(form) })
      if (grant instanceof Response) return grant
      const answer = call.answer(await questionOf(kit, grant, form))
      return typeof answer === 'string' ? kit.refuse('bad_request', answer) : ok(answer)
    })
  }
}

async function questionOf(kit: Kit, { personId }: Admitted, form: Form): Promise<Question> {
  const who = person(personId)
  const now = kit.clock.now()
  return { who, form, now, today: dayOfInstant(now, who.timeZone), edits: await kit.edits.of(personId) }
}

function rangeOf({ startdateymd, enddateymd, startdate, enddate }: Form): { from?: string; to?: string } {
  if (startdateymd !== undefined && enddateymd !== undefined) return { from: startdateymd, to: enddateymd }
  if (startdate === undefined || enddate === undefined) return {}
  const [from, to] = [instantOf(startdate), instantOf(enddate)]
  return from === null || to === null ? {} : { from, to }
}

function instantOf(epoch: string): string | null {
  const at = new Date(Number(epoch) * 1000)
  return Number.isNaN(at.getTime()) ? null : at.toISOString()
}

// ── by local day ────────────────────────────────────────────────────────────────────────────────────────────────────

/** `startdateymd` and `enddateymd`, or all days when `lastupdate` is asked for. */
function daysAsked({ form, today }: Question): string[] | string {
  if (form.lastupdate !== undefined) return daysFrom(plusDays(today, -SEARCH_BACK_DAYS), today)
  for (const name of ['startdateymd', 'enddateymd'] as const) {
    const value = form[name]
    if (value === undefined) return `${name} is required`
    if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) return `${name} is no date`
  }
  return daysFrom(form.startdateymd!, form.enddateymd! < today ? form.enddateymd! : today)
}

function byDay<Row extends { modified: number }>(
  question: Question,
  list: string,
  rowsOf: (day: string) => Row[],
  shown: (row: Row) => object,
): object | string {
  const days = daysAsked(question)
  if (typeof days === 'string') return days
  const since = Number(question.form.lastupdate ?? 0)
  const rows = days.flatMap(rowsOf).filter((row) => row.modified >= since)
  return pageOf(rows.map(shown), list, question.form.offset, PAGE.rows)
}

function activities(question: Question): object | string {
  const { who, now, edits, form } = question
  const fields = form.data_fields?.split(',') ?? FEW_ACTIVITY
  return byDay(
    question,
    'activities',
    (day) => currentActivity(who, day, now, edits),
    (row) => only(row, (name) => !ACTIVITY_DATA.test(name) || fields.includes(name)),
  )
}

function workouts(question: Question): object | string {
  const { who, now, edits, form } = question
  const fields = form.data_fields?.split(',') ?? FEW_WORKOUT
  return byDay(
    question,
    'series',
    (day) => currentWorkouts(who, day, now, edits),
    (row) => ({ ...row, data: only(row.data, (name) => fields.includes(name)) }),
  )
}

function nights(question: Question): object | string {
  const { who, now, edits, form } = question
  const fields = form.data_fields?.split(',') ?? FEW_NIGHT
  return byDay(
    question,
    'series',
    (day) => currentNights(who, day, now, edits),
    (row) => ({ ...row, data: only(row.data, (name) => fields.includes(name)) }),
  )
}

// ── by instant ──────────────────────────────────────────────────────────────────────────────────────────────────────

interface Range {
  from: number
  to: number
}

function secondsAsked({ form }: Question, longest: number): Range | string {
  const [from, to] = [Number(form.startdate), Number(form.enddate)]
  if (form.startdate === undefined || !Number.isFinite(from)) return 'startdate is required'
  if (form.enddate === undefined || !Number.isFinite(to)) return 'enddate is required'
  return { from, to: Math.min(to, from + longest) }
}

function daysAround({ who, today }: Question, { from, to }: Range): string[] {
  const last = dayOfInstant(to * 1000, who.timeZone)
  return daysFrom(dayOfInstant(from * 1000, who.timeZone), last < today ? last : today)
}

function measures(question: Question): object | string {
  const { who, form, now, today, edits } = question
  const wide = form.startdate === undefined
  const since = seconds(now) - SEARCH_BACK_DAYS * DAY_SECONDS
  const range = wide ? { from: since, to: seconds(now) } : secondsAsked(question, Number.POSITIVE_INFINITY)
  if (typeof range === 'string') return range
  const types = (form.meastypes ?? form.meastype)?.split(',').map(Number)
  const changed = Number(form.lastupdate ?? 0)
  // Heights alone were typed in long ago: no day has to be lived for them.
  const lived = types?.length === 1 && types[0] === 4 ? [] : daysAround(question, range)
  const groups = [...lived.flatMap((day) => currentGroups(who, day, now, edits)), ...signUpGroups(who, today)]
    .filter((group) => wide || (group.date >= range.from && group.date <= range.to))
    .filter((group) => form.category === undefined || group.category === Number(form.category))
    .filter((group) => group.modified >= changed)
    .map((group) => ({ ...group, measures: group.measures.filter(({ type }) => types?.includes(type) ?? true) }))
    .filter((group) => group.measures.length > 0)
    .sort((a, b) => b.date - a.date)
  const { more, ...page } = pageOf(groups, 'measuregrps', form.offset, PAGE.measure)
  return {
    updatetime: seconds(now),
    timezone: who.timeZone,
    ...(more ? { ...page, more: 1 } : { measuregrps: page.measuregrps }),
  }
}

function intraday(question: Question): object | string {
  const { who, form, now } = question
  const range = secondsAsked(question, ANSWERED_SECONDS)
  if (typeof range === 'string') return range
  const fields = new Set([...(form.data_fields?.split(',') ?? ['steps']), 'duration', 'model', 'model_id', 'deviceid'])
  const found = daysAround(question, range)
    .flatMap((day) => pieces(who, day, now))
    .filter(([at]) => at >= range.from && at <= range.to && at < range.from + ANSWERED_SECONDS)
    .map(([at, piece]) => [at, only(piece, (name) => fields.has(name))])
  return { series: found.length === 0 ? [] : Object.fromEntries(found) }
}

function stages(question: Question): object | string {
  const { who, form, now } = question
  const range = secondsAsked(question, ANSWERED_SECONDS)
  if (typeof range === 'string') return range
  const fields = form.data_fields?.split(',') ?? []
  const days = daysAround(question, { from: range.from, to: range.to + DAY_SECONDS })
  const series = days
    .flatMap((day) => stagePieces(who, day, now, fields))
    .filter(({ startdate }) => startdate >= range.from && startdate <= range.to)
  return { series, model: MAT.type }
}

function heartList(question: Question): object | string {
  const range = secondsAsked(question, Number.POSITIVE_INFINITY)
  if (typeof range === 'string') return range
  const found = daysAround(question, range)
    .flatMap((day) => recordings(question.who, day, question.now))
    .filter(({ timestamp }) => timestamp >= range.from && timestamp <= range.to)
  return pageOf(found, 'series', question.form.offset, PAGE.rows)
}

function heart({ who, form, now, today }: Question): object | string {
  for (const day of daysFrom(plusDays(today, -SEARCH_BACK_DAYS), today).reverse()) {
    const found = recordings(who, day, now).find(({ ecg }) => String(ecg?.signalid) === form.signalid)
    if (found !== undefined) return signal(found)
  }
  return 'signalid is unknown'
}

function devices({ who, now }: Question): object {
  const types = {
    1: 'Scale',
    16: 'Activity Tracker',
    32: 'Sleep Monitor',
    4: 'Blood Pressure Monitor',
    64: 'Thermometer',
  }
  return {
    devices: [SCALE, WATCH, MAT, CUFF, THERMOMETER].map((model) => ({
      type: types[model.type],
      battery: 'high',
      model: model.name,
      model_id: model.id,
      timezone: who.timeZone,
      first_session_date: 1_736_240_512,
      last_session_date: Math.floor(now / 900_000) * 900,
      deviceid: deviceIdOf(who.id, model),
      hash_deviceid: deviceIdOf(who.id, model),
    })),
  }
}

function pageOf<List extends string>(
  items: readonly object[],
  list: List,
  offset: string | undefined,
  size: number,
): { [Name in List]: readonly object[] } & { more: boolean; offset: number } {
  const start = Number(offset ?? 0) || 0
  const more = start + size < items.length
  return { [list]: items.slice(start, start + size), more, offset: more ? start + size : 0 } as never
}

function only(row: object, keeps: (name: string) => boolean): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => keeps(name)))
}
