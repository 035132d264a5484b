// One account in two clouds: the id of the old API, the id of the new one, and logs that kept theirs.
import { createHash } from 'node:crypto'

function digits(length: number, ...name: readonly (string | number)[]): string {
  const hex = createHash('sha256').update(name.join('\u0001')).digest('hex')
  return (BigInt(`0x${hex.slice(0, 24)}`) % 10n ** BigInt(length)).toString().padStart(length, '1')
}

/** `9XK4TB`. */
export function legacyUserId(personId: string): string {
  const hex = createHash('sha256').update(`fitbit account ${personId}`).digest('hex')
  return BigInt(`0x${hex.slice(0, 12)}`)
    .toString(36)
    .toUpperCase()
    .slice(0, 6)
    .padStart(6, 'A')
}

/** Eighteen digits: more than a number holds. */
export function healthUserId(personId: string): string {
  return `1${digits(17, 'google health account', personId)}`
}

/** Of a night or a workout; the new API kept the old one's. */
export function logId(personId: string, what: string, startAt: number): string {
  return `5${digits(10, 'fitbit log', personId, what, startAt)}`
}
