// Conversions between what providers send and the units in the wire's names.

export const poundsToKg = (pounds: number): number => pounds * 0.45359237
export const stonesToKg = (stones: number): number => stones * 6.35029318
export const milesToMeters = (miles: number): number => miles * 1609.344
export const kilometersToMeters = (kilometers: number): number => kilometers * 1000
export const feetToMeters = (feet: number): number => feet * 0.3048
export const inchesToCm = (inches: number): number => inches * 2.54
export const metersToCm = (meters: number): number => round(meters * 100, 4)
/** Thermochemical: 1 kcal is 4.184 kJ. */
export const kilojoulesToKcal = (kilojoules: number): number => kilojoules / 4.184
/** Glucose: 1 mmol/L is 18.0182 mg/dL. */
export const glucoseMmolToMgPerDl = (mmolPerLitre: number): number => mmolPerLitre * 18.0182
export const fahrenheitToCelsius = (degrees: number): number => ((degrees - 32) * 5) / 9
export const kilometersPerHourToMetersPerSecond = (speed: number): number => speed / 3.6
export const minutesToSeconds = (minutes: number): number => minutes * 60
export const millisecondsToSeconds = (milliseconds: number): number => milliseconds / 1000
export const ratioToPercent = (ratio: number): number => round(ratio * 100, 6)

/** To so many decimals; takes away what binary fractions add. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor
}
