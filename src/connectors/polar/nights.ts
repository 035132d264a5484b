// A night is known by its person and its morning.
import type { MapContext, RecordKey } from '../connector.ts'

/** `https://www.polaraccesslink.com/v3/users/61334455` → `61334455-2026-05-04`; without a person the main sleep of the day. */
export function nightKey(polarUser: string | null | undefined, morning: string, { request }: MapContext): RecordKey {
  const user = /\/users\/([^/?]+)/.exec(polarUser ?? '')?.[1] ?? request.user_id
  return user === undefined ? { mainOf: morning } : { id: `${user}-${morning}` }
}
