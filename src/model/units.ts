// Conversions between what providers send and the units in the wire's names.

export const poundsToKg = (pounds: number): number => pounds * 0.45359237
export const stonesToKg = (stones: number): number => stones * 6.35029318
export const kgToGrams = (kilograms: number): number => round(kilograms * 1000, 3)
export const microgramsToMilligrams = (micrograms: number): number => micrograms / 1000

export const gramsToKg = (grams: number): number => grams / 1000
export const gramsToMilligrams = (grams: number): number => round(grams * 1000, 6)
export const millimetersToMeters = (millimeters: number): number => millimeters / 1000
export const millimetersToCm = (millimeters: number): number => millimeters / 10

export const milesToMeters = (miles: number): number => miles * 1609.344
export const kilometersToMeters = (kilometers: number): number => round(kilometers * 1000, 3)
export const yardsToMeters = (yards: number): number => yards * 0.9144
export const feetToMeters = (feet: number): number => feet * 0.3048
export const inchesToCm = (inches: number): number => inches * 2.54
export const metersToCm = (meters: number): number => round(meters * 100, 4)

/** Of the United States: 29.5735 ml. */
export const fluidOuncesToMl = (ounces: number): number => ounces * 29.5735295625

/** Thermochemical: 1 kcal is 4.184 kJ. */
export const kilojoulesToKcal = (kilojoules: number): number => kilojoules / 4.184
/** Glucose: 1 mmol/L is 18.0182 mg/dL. */
export const glucoseMmolToMgPerDl = (mmolPerLitre: number): number => mmolPerLitre * 18.0182
/** Beta-hydroxybutyrate, which meters measure: 1 mmol/L is 10.4105 mg/dL. */
export const ketoneMmolToMgPerDl = (mmolPerLitre: number): number => mmolPerLitre * 10.4105
/** Of mercury: 1 kPa is 7.50062 mmHg. */
export const kilopascalsToMmHg = (kilopascals: number): number => kilopascals * 7.50062
export const fahrenheitToCelsius = (degrees: number): number => ((degrees - 32) * 5) / 9

export const kilometersPerHourToMetersPerSecond = (speed: number): number => speed / 3.6
/** Of a speed in m/s. Who stands still has none. */
export const minutesPerKilometer = (speed: number | null | undefined): number | null =>
  typeof speed === 'number' && speed > 0 ? round(1000 / 60 / speed, 6) : null
export const hoursToSeconds = (hours: number): number => round(hours * 3600, 3)
export const minutesToSeconds = (minutes: number): number => round(minutes * 60, 3)
export const tenthsToSeconds = (tenths: number): number => tenths / 10
export const millisecondsToSeconds = (milliseconds: number): number => milliseconds / 1000
export const ratioToPercent = (ratio: number): number => round(ratio * 100, 6)

/** To so many decimals; takes away what binary fractions add. */
export function round(value: number, decimals: number): number {
  const factor = 10 ** decimals
  return Math.round(value * factor) / factor
}
