import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as units from './units.ts'

test('conversions agree with the definitions of the units', () => {
  for (const [convert, from, to] of [
    [units.poundsToKg, 150, 68.0388555],
    [units.stonesToKg, 11, 69.85322498],
    [units.kgToGrams, 2.345, 2345],
    [units.microgramsToMilligrams, 250, 0.25],
    [units.milesToMeters, 26.2, 42164.8128],
    [units.kilometersToMeters, 42.195, 42195],
    [units.yardsToMeters, 25, 22.86],
    [units.feetToMeters, 1000, 304.8],
    [units.inchesToCm, 70, 177.8],
    [units.metersToCm, 1.83, 183],
    [units.fluidOuncesToMl, 8, 236.5882365],
    [units.kilojoulesToKcal, 4184, 1000],
    [units.glucoseMmolToMgPerDl, 5.5, 99.1001],
    [units.ketoneMmolToMgPerDl, 1.5, 15.61575],
    [units.fahrenheitToCelsius, 98.6, 37],
    [units.fahrenheitToCelsius, -40, -40],
    [units.kilometersPerHourToMetersPerSecond, 36, 10],
    [units.hoursToSeconds, 7.25, 26_100],
    [units.minutesToSeconds, 0.5, 30],
    [units.millisecondsToSeconds, 1500, 1.5],
    [units.ratioToPercent, 0.875, 87.5],
  ] as const) {
    assert.ok(Math.abs(convert(from) - to) < 1e-9, `${convert.name}(${from}) is ${convert(from)}, not ${to}`)
  }
})

test('decimal values stay decimal: no trace of binary fractions', () => {
  assert.equal(units.metersToCm(1.13), 113)
  assert.equal(units.kgToGrams(1.001), 1001)
  assert.equal(units.ratioToPercent(0.07), 7)
  assert.equal(units.kilometersToMeters(1.001), 1001)
  assert.equal(units.minutesToSeconds(0.55), 33)
  assert.equal(units.round(1.005, 1), 1)
  assert.equal(units.round(-2.25, 1), -2.2)
})
