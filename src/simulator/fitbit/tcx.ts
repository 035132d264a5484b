// The track of a workout as both clouds export it.
import { seen, MINUTE } from './device.ts'
import type { Logged } from './workouts.ts'
import type { Person } from '../people/person.ts'

const STEP_MS = 30_000
const OUTSIDE = new Set(['running', 'cycling', 'walking', 'hiking'])
const METERS_PER_DEGREE = 111_320

export function hasTrack({ workout }: Logged): boolean {
  return !workout.manual && workout.meters !== null && OUTSIDE.has(workout.sport)
}

/** A circle of the right length, beginning in Berlin for everyone. */
export function tcxOf(who: Person, day: string, logged: Logged, spell: (at: number) => string): string {
  const { workout, heart } = logged
  const of = seen(who, day, workout.endAt + 15 * MINUTE)
  const lasts = workout.endAt - workout.startAt
  const radius = workout.meters! / (2 * Math.PI) / METERS_PER_DEGREE
  const points: string[] = []
  for (let at = workout.startAt; at <= workout.endAt; at += STEP_MS) {
    const share = (at - workout.startAt) / lasts
    const latitude = 52.52 + radius * Math.sin(2 * Math.PI * share)
    const longitude = 13.37 + (radius * (1 - Math.cos(2 * Math.PI * share))) / 0.61
    const bpm = of.day.bpm[Math.min(of.day.length - 1, Math.floor((at - of.day.startAt) / MINUTE))]
    points.push(
      `<Trackpoint><Time>${spell(at)}</Time><Position><LatitudeDegrees>${latitude.toFixed(7)}</LatitudeDegrees>` +
        `<LongitudeDegrees>${longitude.toFixed(7)}</LongitudeDegrees></Position><AltitudeMeters>34.0</AltitudeMeters>` +
        `<DistanceMeters>${(workout.meters! * share).toFixed(2)}</DistanceMeters>` +
        `${heart === null ? '' : `<HeartRateBpm><Value>${bpm}</Value></HeartRateBpm>`}</Trackpoint>`,
    )
  }
  const start = spell(workout.startAt)
  const sport = { running: 'Running', cycling: 'Biking' }[workout.sport] ?? 'Other'
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
<Activity Sport="${sport}"><Id>${start}</Id><Lap StartTime="${start}"><TotalTimeSeconds>${lasts / 1000}</TotalTimeSeconds>
<DistanceMeters>${workout.meters}</DistanceMeters><Calories>${Math.round(workout.kcal)}</Calories><Intensity>Active</Intensity>
<TriggerMethod>Manual</TriggerMethod><Track>${points.join('\n')}</Track></Lap></Activity></Activities></TrainingCenterDatabase>
`
}
