// What the person entered: insulin, food, exercise, finger pricks, how they felt.
import type { LocalDay } from '../../../model/local-day.ts'
import { wireTimestamp } from '../../../model/timestamps.ts'
import { minutesToSeconds } from '../../../model/units.ts'
import type { MapContext, Mapped, Piece } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { Event } from '../payloads.ts'
import { type At, boundsOf, byDay, dayOf, idOf, inOrder, timestampOf } from './days.ts'
import { prick } from './glucose.ts'

const MANUAL = 2
const OTHER_ACTIVITY = 108
const UNKNOWN_MEAL = 0
const DELETED = 'deleted'

const INSULINS = new Map([
  ['fastActing', 'rapid-acting'],
  ['longActing', 'long-acting'],
])
const KNOWN = new Set(['insulin', 'carbs', 'exercise', 'health', 'bloodGlucose', 'notes', 'note', 'unknown'])

type Entry = At<Event>

/** What was changed or removed keeps its id: of several versions on one page the last one counts. The newest come first. */
function readEvents(payload: unknown, context: MapContext): Event[] {
  const latest = new Map<string, Event>()
  for (const event of readDocuments(
    { kind: 'events', schema: Event, lists: ['records', 'events'] },
    payload,
    context,
  )) {
    const present = latest.get(keyOf(event))
    if (present === undefined || rank(event) > rank(present)) latest.set(keyOf(event), event)
  }
  return [...latest.values()]
}

const STATES = ['created', 'updated', DELETED]

function rank({ eventStatus }: Event): number {
  return STATES.indexOf(eventStatus?.toLowerCase() ?? '')
}

/** Without an id, two entries of one moment are told apart by what they are. */
function keyOf(event: Event): string {
  return event.recordId ?? [idOf(event), event.eventType, event.eventSubType].join('|')
}

export function piecesOfEvents(payload: unknown, context: MapContext): Piece[] {
  return inOrder(readEvents(payload, context)).map(({ moment, ...item }) => ({
    id: keyOf(item),
    days: [dayOf(moment)],
    item,
  }))
}

export function mapEvents(payload: unknown, context: MapContext): Mapped[] {
  const entries = inOrder(readEvents(payload, context))
  for (const { eventType } of entries) {
    if (typeof eventType === 'string' && !KNOWN.has(eventType)) context.unknown('event_type', eventType)
  }
  return [
    ...entries.flatMap(exercise),
    // A day whose only entry was removed has none, which is something to say too.
    ...[...byDay(entries)].flatMap(([day, own]) => {
      const still = own.filter((entry) => !isDeleted(entry))
      const metadata = boundsOf(day, own, context.timeZone)
      return [...bodyOf(day, own, still, context), ...nutritionOf(day, own, still), ...tagsOf(day, own, still)].map(
        (part): Mapped => (part.record === null ? part : ({ ...part, record: { metadata, ...part.record } } as Mapped)),
      )
    }),
  ]
}

function isDeleted(entry: Event): boolean {
  return entry.eventStatus?.toLowerCase() === DELETED
}

/** -1 and nothing at all stand for "not said". */
function amountOf({ value }: Event): number | null {
  if (value === null || value === undefined || value === '') return null
  const amount = Number(value)
  return Number.isFinite(amount) && amount >= 0 ? amount : null
}

function exercise(entry: Entry): Mapped[] {
  if (entry.eventType !== 'exercise') return []
  const key = { id: idOf(entry) }
  if (isDeleted(entry)) return [{ type: 'activity', key, record: null }]
  const minutes = amountOf(entry)
  const { at, offsetMinutes } = entry.moment
  return [
    {
      type: 'activity',
      key,
      record: {
        metadata: {
          start_time: timestampOf(entry.moment),
          end_time: minutes === null ? null : wireTimestamp(at + minutes * 60_000, offsetMinutes),
          type: OTHER_ACTIVITY,
          upload_type: MANUAL,
          timestamp_localization: 1,
        },
        active_durations_data: { activity_seconds: minutes === null ? null : minutesToSeconds(minutes) },
      },
    },
  ]
}

function bodyOf(day: LocalDay, own: readonly Entry[], still: readonly Entry[], context: MapContext): Mapped[] {
  if (!own.some(({ eventType }) => eventType === 'insulin' || eventType === 'bloodGlucose')) return []
  return [
    {
      type: 'body',
      key: { day },
      record: {
        measurements_data: {
          measurements: still
            .filter(({ eventType }) => eventType === 'insulin')
            .flatMap((entry) => {
              const units = amountOf(entry)
              if (units === null) return []
              return [
                {
                  measurement_time: timestampOf(entry.moment),
                  insulin_units: units,
                  insulin_type: insulinOf(entry, context),
                },
              ]
            }),
        },
        glucose_data: {
          detailed_blood_glucose_samples: still
            .filter((entry) => entry.eventType === 'bloodGlucose' && amountOf(entry) !== null)
            .map(prick),
        },
      },
    },
  ]
}

function insulinOf({ eventSubType }: Event, context: MapContext): string | null {
  if (typeof eventSubType !== 'string') return null
  const known = INSULINS.get(eventSubType)
  if (known === undefined) context.unknown('insulin', eventSubType)
  return known ?? null
}

function nutritionOf(day: LocalDay, own: readonly Entry[], still: readonly Entry[]): Mapped[] {
  if (!own.some(({ eventType }) => eventType === 'carbs')) return []
  const meals = still
    .filter(({ eventType }) => eventType === 'carbs')
    .map((entry) => ({
      id: idOf(entry),
      timestamp: timestampOf(entry.moment),
      type: UNKNOWN_MEAL,
      macros: { carbohydrates_g: amountOf(entry) },
    }))
  return [{ type: 'nutrition', key: { day }, record: meals.length === 0 ? null : { meals } }]
}

function tagsOf(day: LocalDay, own: readonly Entry[], still: readonly Entry[]): Mapped[] {
  const isTag = ({ eventType }: Event): boolean =>
    eventType === 'health' || eventType === 'notes' || eventType === 'note'
  if (!own.some(isTag)) return []
  const tags = still.filter(isTag).map((entry) => ({
    timestamp: timestampOf(entry.moment),
    tag_name: entry.eventType === 'health' ? (entry.eventSubType ?? 'health') : 'note',
    notes: entry.value === null || entry.value === undefined ? '' : String(entry.value),
  }))
  return [{ type: 'daily', key: { day }, record: { tag_data: { tags } } }]
}
