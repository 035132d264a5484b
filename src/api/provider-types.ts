// What a connector gives: read off its table of contents, so that no list can disagree with it.
import type { Connector } from '../connectors/connector.ts'

/** Data types in alphabetical order, without repeats. */
export function providerTypes(connector: Connector): string[] {
  return [...new Set(Object.values(connector.reads).flatMap((read) => read.types))].sort()
}
