import type { Connector } from '../connector.ts'
import { googleHealth } from '../google-health/index.ts'
import { SCOPES } from '../google-health/oauth.ts'
import { credentialFields } from '../google-health/service-account.ts'
import { legacy } from './legacy/index.ts'
import { clientFields } from './legacy/oauth.ts'

/** Since the old Web API ended, Fitbit is the Google Health API under its old name. */
export const fitbit: Connector = googleHealth({
  id: 'FITBIT',
  name: 'Fitbit',
  tagline: 'Watches, trackers and scales: activity, sleep, heart, body',
  credentialFields: [...credentialFields, ...clientFields],
  variants: { legacy },
  replaces: {
    variant: 'legacy',
    endedOn: '2026-11-02',
    // All of the API's scopes are.
    restricted: { scopes: SCOPES, people: 100 },
    differs: {
      'calories_data.BMR_calories': 'no roll-up has it',
      'measurements_data.measurements': 'the old API computes a BMI for each weighing',
      'sleep_durations_data.sleep_efficiency': "Fitbit's own whole number before, the exact share since",
      'awake.sleep_latency_seconds': 'always 0 for nights with stages before',
      'awake.wake_up_latency_seconds': 'computed otherwise',
      'awake.num_out_of_bed_events': 'not told before',
      'summary.hr_zone_data': 'the zones have other names',
      'lap_data.laps': 'not told before',
      'movement_data.avg_cadence_rpm': 'not told before',
      'oxygen_data.vo2max_ml_per_min_per_kg': 'the middle of a range before',
      'metadata.name': "the new API's own name of the sport",
      'metadata.type': 'the new API tells more sports apart',
      'device_data.name': 'one names the app, the other its package',
      'device_data.manufacturer': 'not told before',
      drink_samples: 'only the sum was told before',
      meals: 'meals have times now',
    },
  },
})
