import type { Connector } from '../connector.ts'
import { googleHealth } from '../google-health/index.ts'
import { legacy } from './legacy/index.ts'

/** Since the old Web API ended, Fitbit is the Google Health API under its old name. */
export const fitbit: Connector = googleHealth({
  id: 'FITBIT',
  name: 'Fitbit',
  tagline: 'Watches, trackers and scales: activity, sleep, heart, body',
  variants: { legacy },
})
