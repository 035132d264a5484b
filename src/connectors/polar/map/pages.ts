import type { z } from 'zod'
import type { MapContext } from '../../connector.ts'
import { type PageShape, readDocuments } from '../../documents.ts'
import { underscored } from '../payloads.ts'

export function documents<Schema extends z.ZodType>(
  kind: string,
  schema: Schema,
  payload: unknown,
  context: MapContext,
  lists: readonly string[] = [],
  inside: Pick<PageShape<Schema>, 'series' | 'wholes'> = {},
): z.infer<Schema>[] {
  return readDocuments({ kind, schema, lists, ...inside }, underscored(payload), context)
}
