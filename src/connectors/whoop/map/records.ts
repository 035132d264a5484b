// A page is a list (`{records: […]}`), a bare list, or one record.
import type { z } from 'zod'
import { instantIn, type LocalDay } from '../../../model/local-day.ts'
import type { MapContext } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { UTC } from '../time.ts'

export function records<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
): z.infer<Schema>[] {
  return readDocuments({ kind, schema, lists: ['records'] }, payload, context)
}

/** One night gives several versions: pending, scored, edited. */
export function versionOf({ updated_at: updated }: { updated_at?: string | null }): number | null {
  return updated ? instantIn(updated, UTC) : null
}

/**
 * Whether a day is one of those that were asked for. Of others a page has only what lies in its window, which must not
 * stand for them. A page that was not asked for by days has all that it has.
 */
export function isWanted(day: LocalDay, { request }: MapContext): boolean {
  const { start_date: first = '', end_date: last = '9999' } = request
  return day >= first && day <= last
}
