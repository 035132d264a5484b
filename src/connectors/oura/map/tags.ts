// What the person noted: enhanced tags, the older tags, and rest mode. Several documents make up one day's list, so a
// page must hold all of a day (../fetch.ts reads it that way).
import type { MapContext, Mapped } from '../../connector.ts'
import { documents } from '../documents.ts'
import { EnhancedTag, Episode, RestMode, Tag, TagName } from '../payloads.ts'
import { asWire, boundsOf } from '../time.ts'

interface Entry {
  timestamp: string | null
  tag_name: string | null
  notes: string | null
}

export function mapEnhancedTag(payload: unknown, context: MapContext): Mapped[] {
  return byDay(
    context,
    documents('enhanced_tag', EnhancedTag, payload, context).map((document) => ({
      day: document.start_day,
      tag: {
        timestamp: asWire(document.start_time, context.timeZone),
        tag_name: document.custom_name || document.tag_type_code || null,
        notes: document.comment ?? null,
      },
    })),
  )
}

/** The older form: one entry for each name, or one without a name for a note that is text alone. */
export function mapTag(payload: unknown, context: MapContext): Mapped[] {
  return byDay(
    context,
    documents('tag', Tag, payload, context, { tags: TagName }).flatMap(({ day, timestamp, text, tags }) => {
      const names = tags?.length ? tags : text ? [null] : []
      return names.map((name) => ({
        day,
        tag: { timestamp: asWire(timestamp, context.timeZone), tag_name: name, notes: text ?? null },
      }))
    }),
  )
}

const REST_MODE = 'rest_mode'

/** The start of rest mode is a tag of its day, and so is each symptom on the day on which it was noted. */
export function mapRestMode(payload: unknown, context: MapContext): Mapped[] {
  return byDay(
    context,
    documents('rest_mode_period', RestMode, payload, context, {
      'episodes.*.tags': TagName,
      episodes: Episode,
    }).flatMap((document) => [
      {
        day: document.start_day,
        tag: { timestamp: asWire(document.start_time, context.timeZone), tag_name: REST_MODE, notes: null },
      },
      ...(document.episodes ?? []).flatMap(({ tags, timestamp }) =>
        (tags ?? []).map((name) => ({
          // The wall clock of the place where it was noted, so its first ten characters are the local day.
          day: timestamp.slice(0, 10),
          tag: { timestamp: asWire(timestamp, context.timeZone), tag_name: name, notes: null },
        })),
      ),
    ]),
  )
}

function byDay(context: MapContext, entries: readonly { day: string; tag: Entry }[]): Mapped[] {
  return [...Map.groupBy(entries, (entry) => entry.day)].map(([day, inDay]) => {
    const tags = inDay.map((entry) => entry.tag)
    const shown = tags.find((tag) => tag.timestamp !== null)?.timestamp
    return {
      type: 'daily',
      key: { day },
      record: { metadata: boundsOf(day, context.timeZone, shown), tag_data: { tags } },
    }
  })
}
