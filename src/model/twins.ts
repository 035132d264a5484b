// Values that the wire spells twice. Published documents and examples disagree on the place or the spelling, and some
// client reads each: so both places hold the same value, whichever of them was given.
import type { Activity } from './activity.ts'
import type { Body } from './body.ts'
import type { Daily } from './daily.ts'
import type { DataType } from './data-type.ts'
import type { Nutrition } from './nutrition.ts'

/** Fills in place. Where both places are given and differ, the first named below wins. */
export function fillTwins(type: DataType, record: unknown): void {
  if (type === 'activity') activityTwins(record as Activity)
  else if (type === 'daily') levels(record as Daily)
  else if (type === 'body') bodyTwins(record as Body)
  else if (type === 'nutrition') nutritionTwins(record as Nutrition)
}

function activityTwins(activity: Activity): void {
  const { summary, ...flat } = activity.distance_data
  alike(summary, 'distance_meters', activity.distance_data, 'distance_meters')
  alike(summary, 'steps', activity.distance_data, 'steps')
  alike(summary, 'floors_climbed', activity.distance_data, 'floors_climbed')
  allAlike(summary.elevation, flat.elevation)
  allAlike(summary.swimming, flat.swimming)
  levels(activity)
}

function levels(record: Activity | Daily): void {
  for (const sample of record.active_durations_data.activity_levels_samples) {
    alike(sample, 'activity_level', sample, 'level')
  }
}

function bodyTwins(body: Body): void {
  const { glucose_data: glucose, heart_data: heart } = body
  alike(glucose, 'day_avg_blood_glucose_mg_per_dL', glucose, 'day_avg_blood_glucose_mg_per_dl')
  for (const checked of [...heart.afib_classification_samples, ...heart.ecg_signal]) {
    alike(checked, 'afib_classification', checked, 'afib_classfication')
  }
}

function nutritionTwins(nutrition: Nutrition): void {
  for (const eaten of [nutrition.summary, ...nutrition.meals]) {
    alike(eaten.macros, 'sodium_mg', eaten.micros, 'sodium_mg')
  }
}

function alike<One extends string, Other extends string>(
  one: { [Name in One]: number | null },
  name: One,
  other: { [Name in Other]: number | null },
  otherName: Other,
): void {
  const value = one[name] ?? other[otherName]
  ;(one as Record<string, number | null>)[name] = value
  ;(other as Record<string, number | null>)[otherName] = value
}

function allAlike(one: Record<string, number | null>, other: Record<string, number | null>): void {
  for (const name of Object.keys(one)) alike(one, name, other, name)
}
