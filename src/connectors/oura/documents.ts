// A page is a list (`{data: […]}`), a bare list, or one document: the same code reads them all.
import type { z } from 'zod'
import type { MapContext } from '../connector.ts'
import { type PageShape, rawDocuments as rawOf, readDocuments } from '../documents.ts'

export const LISTS = ['data']

/** Documents that cannot be read are reported and left out, as long as others can. */
export function documents<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
  series: PageShape<Schema>['series'] = {},
): z.infer<Schema>[] {
  return readDocuments({ kind, schema, lists: LISTS, series }, payload, context)
}

/** The documents of a payload as they came; none when it is no page. For looking, where `documents` is for reading. */
export function rawDocuments(payload: unknown): Record<string, unknown>[] {
  return rawOf(payload, LISTS)
}
