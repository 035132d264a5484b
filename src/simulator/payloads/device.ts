// What measured. No model names: they would be someone's trademark on invented data.
const NAMES: Record<string, string> = { OURA: 'Oura', FITBIT: 'Fitbit', GARMIN: 'Garmin', WITHINGS: 'Withings' }

export function device(provider: string, provides: readonly string[]) {
  return { manufacturer: NAMES[provider] ?? provider, name: 'Sandbox device', data_provided: [...provides] }
}
