import type { MapContext, Mapped } from '../../connector.ts'
import { toWire } from '../../../model/timestamps.ts'
import { documents } from '../documents.ts'
import { EnhancedTag, RestMode, Tag } from '../payloads.ts'

interface Entry {
  timestamp: string | null
  tag_name: string | null
  notes: string | null
}

export function mapEnhancedTag(payload: unknown): Mapped[] {
  return byDay(
    documents('enhanced_tag', EnhancedTag, payload).map((document) => ({
      day: document.start_day,
      tags: [
        {
          timestamp: wire(document.start_time),
          tag_name: document.custom_name ?? document.tag_type_code ?? null,
          notes: document.comment ?? null,
        },
      ],
    })),
  )
}

/** The older form: one entry for each name. */
export function mapTag(payload: unknown): Mapped[] {
  return byDay(
    documents('tag', Tag, payload).map((document) => ({
      day: document.day,
      tags: (document.tags ?? []).map((name) => ({
        timestamp: wire(document.timestamp),
        tag_name: name,
        notes: document.text ?? null,
      })),
    })),
  )
}

const REST_MODE = 'rest_mode'

export function mapRestMode(payload: unknown, _context: MapContext): Mapped[] {
  return byDay(
    documents('rest_mode_period', RestMode, payload).map((document) => ({
      day: document.start_day,
      tags: [
        { timestamp: wire(document.start_time), tag_name: REST_MODE, notes: null },
        ...(document.episodes ?? []).flatMap((episode) =>
          (episode.tags ?? []).map((name) => ({ timestamp: wire(episode.timestamp), tag_name: name, notes: null })),
        ),
      ],
    })),
  )
}

function wire(timestamp: string | null | undefined): string | null {
  return timestamp === null || timestamp === undefined ? null : toWire(timestamp)
}

function byDay(entries: readonly { day: string; tags: Entry[] }[]): Mapped[] {
  const days = new Map<string, Entry[]>()
  for (const entry of entries) days.set(entry.day, [...(days.get(entry.day) ?? []), ...entry.tags])
  return [...days].map(([day, tags]) => ({ type: 'daily', key: { day }, record: { tag_data: { tags } } }))
}
