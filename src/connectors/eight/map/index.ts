// Days with their sessions, days with their scores, sessions alone, and whose they are.
import { dayBounds, isLocalDay, isZone, type LocalDay, localDayOf } from '../../../model/local-day.ts'
import { SleepUploadType } from '../../../model/enumerations.ts'
import { parseTimestamp } from '../../../model/timestamps.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { mapEach, problemOf, readDocument, readDocuments } from '../../documents.ts'
import { Profile, SESSION, type Session, TrendDay } from '../payloads.ts'
import {
  efficiency,
  isSettled,
  lowestHeartRate,
  type Placed,
  placed,
  roomOf,
  type Said,
  shownAt,
  sleepOf,
} from './session.ts'

/** Both forms of `trends`: days with sessions, and days with scores that name their main session. */
export function mapTrends(payload: unknown, context: MapContext): Mapped[] {
  const days = readDocuments({ kind: 'trends', schema: TrendDay, lists: ['days'] }, payload, context)
  return mapEach('trends', days.filter(isSettled), context, (day) => dayParts(day, context))
}

function dayParts(day: TrendDay, context: MapContext): Mapped[] {
  const sessions = readSessions(day.sessions ?? [], `${day.day}.sessions`, context).map((each) => placed(each, context))
  const main = mainOf(day, sessions)
  const zone = main?.zone ?? context.timeZone
  const said = saidOf(day)
  const nights = sessions.map((own): Mapped => {
    const isMain = own === main
    const record = sleepOf(own, { nap: !isMain, said: isMain ? said : null }, context)
    return { type: 'sleep', key: { id: own.session.id }, day: day.day, main: isMain, record }
  })
  return [
    ...nights,
    ...(main === null && !hasMain(day) ? mainElsewhere(day, said, zone) : []),
    ...dailyOf(day, said, zone, main),
    ...bodyOf(day.day, sessions, zone),
  ]
}

function saidOf(day: TrendDay): Said {
  const quality = day.sleepQualityScore
  return {
    // Of a day without sleep it is 0.
    score: day.score === 0 && !day.sleepDuration ? null : (day.score ?? null),
    averageBpm: quality?.heartRate?.current ?? null,
    averageRmssd: quality?.hrv?.current ?? null,
    averageBreaths: quality?.respiratoryRate?.current ?? null,
  }
}

/** Whether the day brings its main session, which may be one that is computed anew, or cannot be read. */
function hasMain({ mainSessionId: id, sessions }: TrendDay): boolean {
  return Boolean(id) && (sessions ?? []).some((raw) => isObject(raw) && String(raw.id) === id)
}

/** Guests and somebody away leave sessions without the day's main one: then it is the longest. */
function mainOf(day: TrendDay, sessions: readonly Placed[]): Placed | null {
  const named = sessions.find(({ session }) => session.id === day.mainSessionId)
  if (named === undefined && hasMain(day)) return null
  const longest = [...sessions].sort(
    (a, b) => (b.endAt ?? b.startAt) - b.startAt - ((a.endAt ?? a.startAt) - a.startAt),
  )
  return named ?? longest[0] ?? null
}

/** The form without sessions names the main one, which stands on another page. */
function mainElsewhere(day: TrendDay, said: Said, zone: string | null): Mapped[] {
  const id = day.mainSessionId
  if (!id) return []
  const record = {
    ...totalsOf(day, zone),
    scores: { sleep: said.score },
    heart_rate_data: { summary: { avg_hr_bpm: said.averageBpm, avg_hrv_rmssd: said.averageRmssd } },
    respiration_data: { breaths_data: { avg_breaths_per_min: said.averageBreaths } },
  }
  return [{ type: 'sleep', key: { id }, day: day.day, main: true, record }]
}

/** A day of one session has its totals: with a nap they would be of both. */
function totalsOf(day: TrendDay, zone: string | null) {
  if ((day.sessionIds?.length ?? 1) > 1 || !day.presenceStart) return {}
  const startAt = parseTimestamp(day.presenceStart).epochMs!
  const endAt = day.presenceEnd ? parseTimestamp(day.presenceEnd).epochMs! : null
  const routine = day.sleepRoutineScore
  return {
    metadata: {
      start_time: shownAt(startAt, zone),
      end_time: endAt === null || endAt <= startAt ? null : shownAt(endAt, zone),
      is_nap: false,
      upload_type: SleepUploadType.Automatic,
    },
    sleep_durations_data: {
      sleep_efficiency: efficiency(day.sleepDuration, day.presenceDuration),
      asleep: {
        duration_asleep_state_seconds: day.sleepDuration,
        duration_light_sleep_state_seconds: day.lightDuration,
        duration_deep_sleep_state_seconds: day.deepDuration,
        duration_REM_sleep_state_seconds: day.remDuration,
      },
      awake: {
        sleep_latency_seconds: routine?.latencyAsleepSeconds?.current,
        wake_up_latency_seconds: routine?.latencyOutSeconds?.current,
      },
      other: { duration_in_bed_seconds: day.presenceDuration },
    },
  }
}

function dailyOf(day: TrendDay, { score }: Said, zone: string | null, main: Placed | null): Mapped[] {
  const resting = main === null ? null : lowestHeartRate(main)
  if (score === null && resting === null) return []
  return [
    {
      type: 'daily',
      key: { day: day.day },
      record: {
        metadata: zone === null ? {} : dayBounds(day.day, zone),
        scores: { sleep: score },
        heart_rate_data: { summary: { resting_hr_bpm: resting } },
      },
    },
  ]
}

function bodyOf(day: LocalDay, sessions: readonly Placed[], zone: string | null): Mapped[] {
  const room = sessions.flatMap(roomOf)
  if (room.length === 0) return []
  const metadata = zone === null ? {} : dayBounds(day, zone)
  return [{ type: 'body', key: { day }, record: { metadata, temperature_data: { ambient_temperature_samples: room } } }]
}

/** Sessions alone: which is a nap only the day would tell. */
export function mapIntervals(payload: unknown, context: MapContext): Mapped[] {
  const page = { kind: 'intervals', ...SESSION, lists: ['intervals'] }
  const sessions = mapEach('intervals', readDocuments(page, payload, context).filter(isSleep), context, (session) => {
    const own = placed(session, context)
    const record = sleepOf(own, { nap: null, said: null }, context)
    const night: Mapped = { type: 'sleep', key: { id: session.id }, record }
    return { own, night, day: localDayOf(own.endAt ?? own.startAt, own.zone) }
  })
  const bodies = [...Map.groupBy(sessions, ({ day }) => day)].flatMap(([day, ofDay]) => {
    const placedOnDay = ofDay.map(({ own }) => own)
    return bodyOf(day, placedOnDay, placedOnDay[0]!.zone)
  })
  return [...sessions.map(({ night }) => night), ...bodies]
}

/** Somebody away leaves sessions without any duration. */
function isSleep(session: Session): boolean {
  return isSettled(session) && (session.duration ?? session.presenceEnd ?? session.stageSummary ?? null) !== null
}

function readSessions(list: readonly unknown[], place: string, context: MapContext): Session[] {
  return list.flatMap((raw, i) => {
    const { document: session, problems } = readDocument(SESSION, raw)
    for (const { place: within, problem } of problems) {
      context.unreadable?.([`${place}[${i}]`, within].filter(Boolean).join('.'), problem)
    }
    return session !== null && isSleep(session) ? [session] : []
  })
}

export function mapMe(payload: unknown): Mapped[] {
  const { userId, firstName, lastName, email, gender, dob } = profileOf(payload)
  const birthday = (dob ?? '').slice(0, 10)
  return [
    {
      type: 'athlete',
      key: { only: true },
      record: {
        provider_user_id: userId,
        first_name: firstName,
        last_name: lastName,
        email,
        gender,
        date_of_birth: isLocalDay(birthday) ? birthday : null,
      },
    },
  ]
}

function profileOf(payload: unknown) {
  const user: unknown = isObject(payload) && 'user' in payload ? payload.user : payload
  const parsed = Profile.safeParse(user)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const place = issue!.path.join('.')
  throw new UnreadablePage('me', place, place === '' ? 'an object with `user`' : problemOf(issue!))
}

/** Whose account it is, and where the bed stands. */
export function accountOf(payload: unknown): { providerUserId: string; timeZone: string | null } {
  const { userId, currentDevice, timezone } = profileOf(payload)
  const zones = [currentDevice?.timeZone, timezone]
  return { providerUserId: userId, timeZone: zones.find((zone) => typeof zone === 'string' && isZone(zone)) ?? null }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
