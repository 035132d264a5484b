// Lengths of time as ISO 8601 writes them: `PT2H44M`, `PT50M0.500S`, `P1DT2H`. Years and months have no length.

const PATTERN = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?)?$/

/** In seconds, to the millisecond. Null when it is no duration. */
export function durationSeconds(text: string): number | null {
  const match = PATTERN.exec(text)
  if (match === null || !/\d/.test(text) || text.endsWith('T')) return null
  const [, weeks, days, hours, minutes, seconds] = match.map((part) => Number((part ?? '0').replace(',', '.')))
  const whole = ((weeks! * 7 + days!) * 24 + hours!) * 3600 + minutes! * 60
  return Math.round((whole + seconds!) * 1000) / 1000
}
