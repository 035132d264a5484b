import type { MapContext, Mapped } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { Alert } from '../payloads.ts'

/** The wire has no field for what a display rang for: such a page is known, and gives no record. */
export function keepAlerts(payload: unknown, context: MapContext): Mapped[] {
  readDocuments({ kind: 'alerts', schema: Alert, lists: ['records', 'alerts'] }, payload, context)
  return []
}
