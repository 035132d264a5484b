import type { Connector } from '../connector.ts'
import { googleHealth } from '../google-health/index.ts'

export const google: Connector = googleHealth({
  id: 'GOOGLE',
  name: 'Google Health',
  tagline: 'Fitbit and Pixel watches, scales, phones: activity, sleep, heart, body',
})
