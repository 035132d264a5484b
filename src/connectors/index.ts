// The catalogue: a source exists by standing here.
import type { Connector } from './connector.ts'
import { concept2 } from './concept2/index.ts'
import { coros } from './coros/index.ts'
import { dexcom, dexcomEu, dexcomJp } from './dexcom/index.ts'
import { eight } from './eight/index.ts'
import { fitbit } from './fitbit/index.ts'
import { garmin } from './garmin/index.ts'
import { google } from './google/index.ts'
import { hammerhead } from './hammerhead/index.ts'
import { ihealth } from './ihealth/index.ts'
import { omron } from './omron/index.ts'
import { oura } from './oura/index.ts'
import { polar } from './polar/index.ts'
import { strava } from './strava/index.ts'
import { suunto } from './suunto/index.ts'
import { ultrahuman } from './ultrahuman/index.ts'
import { wahoo } from './wahoo/index.ts'
import { whoop } from './whoop/index.ts'
import { withings } from './withings/index.ts'

export const connectors: readonly Connector[] = [
  oura,
  strava,
  google,
  concept2,
  withings,
  fitbit,
  whoop,
  garmin,
  omron,
  dexcom,
  dexcomEu,
  dexcomJp,
  ultrahuman,
  ihealth,
  polar,
  wahoo,
  suunto,
  coros,
  hammerhead,
  eight,
]

const byId = new Map(connectors.map((connector) => [connector.id, connector]))

export function connectorById(id: string): Connector | null {
  return byId.get(id.toUpperCase()) ?? null
}

/** The connector that a connection was made with: the source's own, or the variant of it that was chosen then. */
export function connectorOf({ provider, variant }: { provider: string; variant: string | null }): Connector | null {
  const connector = connectorById(provider)
  return variant === null ? connector : (connector?.variants?.[variant] ?? null)
}

/** The connector itself and its variants: whatever may have made a connection of this source. */
export function variantsOf(connector: Connector): { variant: string | null; connector: Connector }[] {
  const others = Object.entries(connector.variants ?? {}).map(([variant, other]) => ({ variant, connector: other }))
  return [{ variant: null, connector }, ...others]
}
