// Events as a gateway sees them: a day with its samples, of about a given size, as compressible as real ones.
export interface Payloads {
  name: string
  bytes: number
  /** The body of the `i`th request. */
  text(i: number): string
}

/** Different ones, used in turn. */
function inTurn(name: string, texts: readonly string[]): Payloads {
  return { name, bytes: Buffer.byteLength(texts[0]!), text: (i) => texts[i % texts.length]! }
}

let state = 7
/** The same numbers in every run: nothing depends on luck. */
function random(): number {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 4294967296
}

export function payloads(name: string, samples: number, different: number): Payloads {
  return inTurn(
    name,
    Array.from({ length: different }, (_, i) => JSON.stringify(daily(i, samples))),
  )
}

/** Where only the number of events counts. */
export function smallPayloads(different: number): Payloads {
  return inTurn(
    '200 B',
    Array.from({ length: different }, (_, i) =>
      JSON.stringify({ type: 'daily', data: [{ n: i, note: 'x'.repeat(160) }] }),
    ),
  )
}

export const tenKilobytes = (): Payloads => payloads('10 KB', 120, 200)
export const hundredKilobytes = (): Payloads => payloads('100 KB', 1260, 60)

function daily(person: number, samples: number): Record<string, unknown> {
  const start = Date.UTC(2026, 2, 1 + (person % 28))
  const at = (i: number): string => new Date(start + i * 65_000).toISOString().replace('Z', '000+00:00')
  return {
    type: 'daily',
    user: { user_id: `user-${person % 97}`, provider: 'GARMIN', reference_id: `customer-${person}`, active: true },
    data: [
      {
        metadata: { start_time: at(0), end_time: at(1329), upload_type: 1, timestamp_localization: 0 },
        distance_data: {
          distance_meters: Math.round(random() * 1e7) / 1000,
          steps: Math.floor(random() * 20_000),
          detailed: { step_samples: null, distance_samples: null },
        },
        heart_rate_data: {
          summary: { avg_hr_bpm: 62 + (person % 9), resting_hr_bpm: 48.5, max_hr_bpm: 171 },
          detailed: {
            hr_samples: Array.from({ length: samples }, (_, i) => ({
              timestamp: at(i),
              bpm: 50 + Math.floor(random() * 90),
              timer_duration_seconds: null,
            })),
          },
        },
        calories_data: { total_burned_calories: Math.floor(random() * 3000), BMR_calories: 1688.25 },
      },
    ],
  }
}

/** A day of one of `people` as Garmin pushes it, another one each time; the event made of it has about 10 KB. */
export function garminPushes(people: number): Payloads {
  const text = (i: number): string => {
    const day = Math.floor(i / people)
    const start = Date.UTC(1990, 0, 1 + day) / 1000
    const samples = Array.from({ length: 75 }, (_, k) => [String(k * 1140), 48 + Math.floor(random() * 90)])
    const summary = {
      userId: `bench-${i % people}`,
      summaryId: `bench-${i}`,
      calendarDate: new Date(start * 1000).toISOString().slice(0, 10),
      activityType: 'WALKING',
      activeKilocalories: Math.floor(random() * 900),
      bmrKilocalories: 1743,
      steps: Math.floor(random() * 20_000),
      distanceInMeters: Math.floor(random() * 15_000),
      durationInSeconds: 86_400,
      activeTimeInSeconds: 7260,
      startTimeInSeconds: start,
      startTimeOffsetInSeconds: 0,
      minHeartRateInBeatsPerMinute: 42,
      maxHeartRateInBeatsPerMinute: 143,
      restingHeartRateInBeatsPerMinute: 48,
      timeOffsetHeartRateSamples: Object.fromEntries(samples),
      averageStressLevel: 29,
      maxStressLevel: 87,
    }
    return JSON.stringify({ dailies: [summary] })
  }
  return { name: 'a Garmin push', bytes: Buffer.byteLength(text(0)), text }
}
