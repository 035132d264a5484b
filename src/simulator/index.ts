// Every cloud that the sandbox plays.
import { createConcept2Simulator } from './concept2/index.ts'
import { createCorosSimulator } from './coros/index.ts'
import { createDexcomSimulator } from './dexcom/index.ts'
import { createFitbitLegacySimulator } from './fitbit-legacy/index.ts'
import { createGarminSimulator } from './garmin/index.ts'
import { createGoogleHealthSimulator } from './google-health/index.ts'
import { createHammerheadSimulator } from './hammerhead/index.ts'
import { createOuraSimulator } from './oura/index.ts'
import { createWithingsSimulator } from './withings/index.ts'
import { createOmronSimulator } from './omron/index.ts'
import { createIhealthSimulator } from './ihealth/index.ts'
import { createEightSimulator } from './eight/index.ts'
import type { Simulator, SimulatorContext } from './simulator.ts'
import { createPolarSimulator } from './polar/index.ts'
import { createStravaSimulator } from './strava/index.ts'
import { createSuuntoSimulator } from './suunto/index.ts'
import { createUltrahumanSimulator } from './ultrahuman/index.ts'
import { createWahooSimulator } from './wahoo/index.ts'
import { createWhoopSimulator } from './whoop/index.ts'

export { clientSecretOf, sandboxClient, sandboxOwner } from './clients.ts'

const clouds: Record<string, (context: SimulatorContext) => Simulator> = {
  concept2: createConcept2Simulator,
  coros: createCorosSimulator,
  hammerhead: createHammerheadSimulator,
  dexcom: createDexcomSimulator('DEXCOM', 'Dexcom'),
  dexcom_eu: createDexcomSimulator('DEXCOM_EU', 'Dexcom (outside the US)'),
  dexcom_jp: createDexcomSimulator('DEXCOM_JP', 'Dexcom (Japan)'),
  garmin: createGarminSimulator,
  fitbit: createGoogleHealthSimulator('FITBIT', 'Fitbit'),
  'fitbit-legacy': createFitbitLegacySimulator,
  google: createGoogleHealthSimulator('GOOGLE', 'Google Health'),
  oura: createOuraSimulator,
  polar: createPolarSimulator,
  strava: createStravaSimulator,
  suunto: createSuuntoSimulator,
  ultrahuman: createUltrahumanSimulator,
  wahoo: createWahooSimulator,
  withings: createWithingsSimulator,
  whoop: createWhoopSimulator,
  omron: createOmronSimulator,
  ihealth: createIhealthSimulator,
  eight: createEightSimulator,
}

/** Keyed by the provider's id in lower case, as it stands in `/sandbox/{provider}`. */
export function createSimulators(
  context: Omit<SimulatorContext, 'baseUrl'> & { publicUrl: string },
): Map<string, Simulator> {
  const { publicUrl, ...rest } = context
  return new Map(
    Object.entries(clouds).map(([name, create]) => [
      name,
      create({ ...rest, baseUrl: `${publicUrl}/sandbox/${name}` }),
    ]),
  )
}
