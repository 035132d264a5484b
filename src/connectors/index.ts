// The catalogue: a source exists by standing here.
import type { Connector } from './connector.ts'
import { oura } from './oura/index.ts'

export const connectors: readonly Connector[] = [oura]

const byId = new Map(connectors.map((connector) => [connector.id, connector]))

export function connectorById(id: string): Connector | null {
  return byId.get(id.toUpperCase()) ?? null
}
