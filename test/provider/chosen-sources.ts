// Which sources a suite over the catalogue runs: LOAM_TEST_SOURCES=OURA,STRAVA those, `all` every one. Unset, the three whose shapes
// are least alike: fetched pages, form-encoded notifications with errors as HTTP 200, pushes that carry the data.
import type { Connector } from '../../src/connectors/connector.ts'
import { playedSources } from './gateway.ts'

const chosen = (process.env.LOAM_TEST_SOURCES ?? 'OURA,WITHINGS,GARMIN').split(',')

export function chosenSources(): Connector[] {
  return playedSources().filter(({ id }) => chosen.includes('all') || chosen.includes(id))
}
