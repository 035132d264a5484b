// Pages that the wire has no field for: known by their names, and kept as they came.
import { type MapContext, type Mapped, UnreadablePage } from '../../../connector.ts'

export function keepRaw(kind: string, names: readonly string[]) {
  return (payload: unknown, _context: MapContext): Mapped[] => {
    const known = typeof payload === 'object' && payload !== null && names.some((name) => name in payload)
    if (!known) throw new UnreadablePage(kind, '', `an object with ${names.map((name) => `\`${name}\``).join(' or ')}`)
    return []
  }
}
