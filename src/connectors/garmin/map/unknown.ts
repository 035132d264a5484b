import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'
import { isObject } from '../summaries.ts'

/** Summary types that nobody knew when this was written: counted by name, and kept as they came. */
export function mapUnknown(payload: unknown, context: MapContext): Mapped[] {
  if (!isObject(payload)) throw new UnreadablePage('unknownSummaries', '', 'a push with a list for each summary type')
  for (const [root, list] of Object.entries(payload)) {
    if (Array.isArray(list)) for (const _ of list) context.unknown('summaries', root)
  }
  return []
}
