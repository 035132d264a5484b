// How a record is named inside one connection: by the provider's id, by its local day, or as the only one of its type.
import type { RecordKey } from '../connectors/connector.ts'

export function keyText(key: RecordKey): string {
  if ('id' in key) return `id:${key.id}`
  if ('day' in key) return `day:${key.day}`
  if ('mainOf' in key) return mainKey(key.mainOf)
  return 'only'
}

/** The key of parts that belong to whichever record is the main one of that day. */
export function mainKey(day: string): string {
  return `main:${day}`
}

export function isAddressedToMain(key: string): boolean {
  return key.startsWith('main:')
}

/** The day that an addressed key names. */
export function addressedDay(key: string): string {
  return key.slice('main:'.length)
}

/** The provider's id of a record that is kept by one; null for the others. */
export function providerIdOf(key: string): string | null {
  return key.startsWith('id:') ? key.slice(3) : null
}

/** The local day of a record that is kept by one; null for the others. */
export function dayOf(key: string): string | null {
  return key.startsWith('day:') ? key.slice(4) : null
}
