// Versions that are ours are times of receipt. Those that a clock gave which was ahead, and was set back since, lie in the future:
// whatever comes until then would be ignored. They count as older than what comes now, in the order that they have.
import type { Connector } from '../connectors/connector.ts'
import type { GatheredPart } from '../normalize/assemble.ts'
import { CLOCK_SKEW_MS } from '../platform/clock.ts'

/** Those of the stored parts that lie in the future, as they are to be from now on. */
export function broughtBack(
  connector: Connector,
  stored: readonly GatheredPart[],
  arriving: readonly GatheredPart[],
  now: number,
): GatheredPart[] {
  const isOurs = ({ kind, versioned }: GatheredPart): boolean =>
    !versioned || connector.reads[kind]?.pieces !== undefined
  const ahead = stored.filter((part) => isOurs(part) && part.version > now + CLOCK_SKEW_MS)
  if (ahead.length === 0) return ahead
  const before = Math.min(now, ...arriving.filter(isOurs).map(({ version }) => version)) - 1
  const byMs = Math.max(...ahead.map(({ version }) => version)) - before
  return ahead.map((part) => ({ ...part, version: part.version - byMs }))
}
