import { isZone } from '../model/local-day.ts'
import type { Connector } from './connector.ts'

/** The zone that a page shows. What is no zone, or cannot be read, shows none: everything else of the person would fail on it. */
export function shownZone(connector: Connector, kind: string, payload: unknown): string | null {
  try {
    return knownZone(connector.timeZone?.(kind, payload))
  } catch {
    return null
  }
}

export function knownZone(text: string | null | undefined): string | null {
  return typeof text === 'string' && isZone(text) ? text : null
}
