// Which events a destination wants.
import type { DestinationRow } from '../store/destinations.ts'

export interface About {
  type: string
  provider: string | null
  user_id: string | null
  reference_id: string | null
}

type Filters = Pick<DestinationRow, 'event_types' | 'providers' | 'user_ids' | 'reference_ids'>

/** Events of no source and of nobody pass the filters by source and by person. Who failed to sign in has no id of ours. */
export function passes(filters: Filters, about: About): boolean {
  const { event_types, providers, user_ids, reference_ids } = filters
  if (event_types !== null && !isIn(event_types, about.type)) return false
  if (providers !== null && about.provider !== null && !isIn(providers, about.provider)) return false
  if (user_ids === null && reference_ids === null) return true
  if (about.user_id === null && about.reference_id === null) return true
  // By our id or by the customer's.
  if (user_ids !== null && about.user_id !== null && isIn(user_ids, about.user_id)) return true
  return reference_ids !== null && about.reference_id !== null && isIn(reference_ids, about.reference_id)
}

export function passesAll({ event_types, providers, user_ids, reference_ids }: Filters): boolean {
  return event_types === null && providers === null && user_ids === null && reference_ids === null
}

function isIn(listJson: string, value: string): boolean {
  return (JSON.parse(listJson) as string[]).includes(value)
}
