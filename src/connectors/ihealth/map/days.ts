// Days of steps, nights without stages, workouts by name, and whose they are.
import { ActivityType, SleepUploadType, UploadType } from '../../../model/enumerations.ts'
import { addDays } from '../../../model/local-day.ts'
import { kilometersToMeters, milesToMeters, minutesToSeconds, round } from '../../../model/units.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { problemOf } from '../../documents.ts'
import { readItems, refuseErrors, unitOf } from '../pages.ts'
import { Activity, Sleep, Sport, UserInfo } from '../payloads.ts'
import { boundsOf, type Moment, momentOf } from '../time.ts'
import { latest, versionOf } from './body.ts'

const MANUAL = 'Manual'
const FROM_DEVICE = 'FromDevice'
const DISTANCE_UNITS = [kilometersToMeters, milesToMeters]

/** The date is the wall clock's: the row is stamped with its last update, or the end of the day. */
export function mapActivity(payload: unknown, context: MapContext): Mapped[] {
  const toMeters = unitOf('activity', 'DistanceUnit', DISTANCE_UNITS, payload)
  const { start_date: start, end_date: end } = context.request
  const rows = latest(readItems('activity', Activity, payload, context)).map((row) => ({
    row,
    moment: momentOf(row.MDate, row.TimeZone, context.timeZone),
  }))
  // Of two devices of one day the one that saw more of it.
  const days = [...Map.groupBy(rows, ({ moment }) => moment.day)].map(
    ([day, own]) =>
      [day, own.reduce((kept, each) => ((each.row.Steps ?? 0) > (kept.row.Steps ?? 0) ? each : kept))] as const,
  )
  const byDay = new Map(days)
  return days
    .filter(([day]) => (start === undefined || day >= start) && (end === undefined || day <= end))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, best]) => {
      // Its offset is that of the day's end; that of its begin is where the day before ended.
      const before = byDay.get(addDays(day, -1))
      const { Steps, DistanceTraveled: distance, Calories, DataSource } = best.row
      return {
        type: 'daily',
        key: { day },
        record: {
          metadata: {
            ...boundsOf(day, before?.moment.zone ? [before, best] : [best]),
            upload_type: uploadType(DataSource, context),
          },
          distance_data: {
            steps: Steps,
            distance_meters: typeof distance === 'number' ? round(toMeters(distance), 3) : null,
          },
          calories_data: { total_burned_calories: Calories },
        },
      }
    })
}

/** `HoursSlept` is in minutes. */
export function mapSleep(payload: unknown, context: MapContext): Mapped[] {
  return latest(readItems('sleep', Sleep, payload, context)).map((night) => {
    const start = momentOf(night.StartTime, night.TimeZone, context.timeZone)
    const end = endOf(start, night.EndTime, night.TimeZone, context)
    const latency = night.FallSleep ?? night.Fallsleep
    return {
      type: 'sleep',
      key: { id: night.DataID },
      day: (end ?? start).day,
      version: versionOf(night),
      record: {
        metadata: {
          start_time: start.text,
          end_time: end?.text ?? null,
          upload_type: sleepUploadType(night.DataSource, context),
        },
        sleep_durations_data: {
          sleep_efficiency: night.SleepEfficiency,
          asleep: {
            duration_asleep_state_seconds: night.HoursSlept === null ? null : minutesToSeconds(night.HoursSlept),
          },
          awake: {
            num_wakeup_events: night.Awaken,
            sleep_latency_seconds: typeof latency === 'number' ? minutesToSeconds(latency) : null,
          },
        },
      },
    }
  })
}

export function mapSport(payload: unknown, context: MapContext): Mapped[] {
  return latest(readItems('sport', Sport, payload, context)).map((sport) => {
    const start = momentOf(sport.SportStartTime, sport.TimeZone, context.timeZone)
    const end = endOf(start, sport.SportEndTime, sport.TimeZone, context)
    return {
      type: 'activity',
      key: { id: sport.DataID },
      day: start.day,
      version: versionOf(sport),
      record: {
        metadata: {
          start_time: start.text,
          end_time: end?.text ?? null,
          type: sportType(sport.SportName, context),
          name: sport.SportName || null,
          upload_type: uploadType(sport.DataSource, context),
        },
        calories_data: { total_burned_calories: sport.Calories },
      },
    }
  })
}

export function mapUserInfo(payload: unknown): Mapped[] {
  refuseErrors('userinfo', payload)
  const parsed = UserInfo.safeParse(payload)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw new UnreadablePage('userinfo', issue!.path.join('.'), problemOf(issue!))
  }
  const { userid, UserID, nickname, gender, dateofbirth } = parsed.data
  if (!userid && !UserID) throw new UnreadablePage('userinfo', '', 'an object with `userid`')
  return [
    {
      type: 'athlete',
      key: { only: true },
      record: {
        provider_user_id: userid ?? UserID,
        first_name: nickname,
        gender,
        date_of_birth: birthday(dateofbirth),
      },
    },
  ]
}

/** A wall clock like all others; 0 is missing, and some have it as text. */
function birthday(value: number | string | null | undefined): string | null {
  if (typeof value === 'number') {
    const day = new Date(value * 1000)
    return value === 0 || Number.isNaN(day.getTime()) ? null : day.toISOString().slice(0, 10)
  }
  const day = (value ?? '').slice(0, 10)
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? day : null
}

function endOf(
  start: Moment,
  wall: number | null | undefined,
  zone: string | number | null | undefined,
  context: MapContext,
): Moment | null {
  if (typeof wall !== 'number') return null
  const end = momentOf(wall, zone, context.timeZone)
  return end.at > start.at ? end : null
}

function uploadType(source: string | null | undefined, context: MapContext): number {
  if (source === MANUAL) return UploadType.Manual
  if (source === FROM_DEVICE) return UploadType.Automatic
  if (source) context.unknown('DataSource', source)
  return UploadType.Unknown
}

function sleepUploadType(source: string | null | undefined, context: MapContext): number {
  if (source === MANUAL) return SleepUploadType.Manual
  if (source === FROM_DEVICE) return SleepUploadType.Automatic
  if (source) context.unknown('DataSource', source)
  return SleepUploadType.Unknown
}

/** Names are words in the phone's language: by what they contain, the longer word first. */
const SPORTS: readonly (readonly [word: string, type: number])[] = [
  ['american football', ActivityType.AmericanFootball],
  ['table tennis', ActivityType.TableTennis],
  ['ping pong', ActivityType.TableTennis],
  ['basketball', ActivityType.Basketball],
  ['volleyball', ActivityType.Volleyball],
  ['badminton', ActivityType.Badminton],
  ['baseball', ActivityType.Baseball],
  ['football', ActivityType.Soccer],
  ['soccer', ActivityType.Soccer],
  ['tennis', ActivityType.Tennis],
  ['swim', ActivityType.Swimming],
  ['cycl', ActivityType.Biking],
  ['bik', ActivityType.Biking],
  ['hik', ActivityType.Hiking],
  ['climb', ActivityType.RockClimbing],
  ['run', ActivityType.Running],
  ['jog', ActivityType.Jogging],
  ['walk', ActivityType.Walking],
  ['yoga', ActivityType.Yoga],
  ['golf', ActivityType.Golf],
  ['danc', ActivityType.Dancing],
  ['rowing', ActivityType.Rowing],
  ['skiing', ActivityType.Skiing],
  ['box', ActivityType.Boxing],
]

function sportType(name: string | null | undefined, context: MapContext): number {
  if (!name) return ActivityType.Unknown
  const lower = name.toLowerCase()
  const found = SPORTS.find(([word]) => lower.includes(word))
  if (found === undefined) context.unknown('sport.SportName', name)
  return found?.[1] ?? ActivityType.Other
}
