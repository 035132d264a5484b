// Recordings of the heart: a list that says when and what came of it, and the curve of each one.
import type { Body } from '../../../model/body.ts'
import { localDayOf } from '../../../model/local-day.ts'
import type { DeepPartial } from '../../../model/records.ts'
import type { MapContext, Mapped, MappedOf } from '../../connector.ts'
import { UnreadablePage } from '../../connector.ts'
import { readDocuments } from '../../documents.ts'
import { bodyOf, firstZone, isObject, readList } from '../pages.ts'
import { HeartRecording, HeartSignal, Potential } from '../payloads.ts'
import { boundsOf, isEpoch, isWanted, shownAt } from '../time.ts'
import { afibFlag } from './measures.ts'

/** Blood pressure and pulse are those of the measure group of the same second: united, they are one sample. */
export function mapHeartList(payload: unknown, context: MapContext): Mapped[] {
  const recordings = readList({ kind: 'heart_list', list: 'series', schema: HeartRecording }, payload, context)
    .map((recording) => ({ ...recording, zone: firstZone(recording.timezone, context.timeZone) }))
    .sort((a, b) => a.timestamp - b.timestamp)
  const days = Map.groupBy(recordings, ({ timestamp, zone }) => localDayOf(timestamp * 1000, zone))
  const wanted = [...days].filter(([day]) => isWanted(day, context.request))
  return wanted.map(([day, own]): MappedOf<'body'> => ({
    type: 'body',
    key: { day },
    record: {
      metadata: boundsOf(day, own[0]!.zone),
      blood_pressure_data: { blood_pressure_samples: own.flatMap(bloodPressureOf) },
      heart_data: {
        heart_rate_data: {
          detailed: {
            hr_samples: own.flatMap(({ heart_rate: bpm, timestamp, zone }) =>
              typeof bpm === 'number' ? [{ timestamp: shownAt(timestamp, zone), bpm }] : [],
            ),
          },
        },
        afib_classification_samples: own.flatMap(({ ecg, timestamp, zone }) => {
          const flag = afibFlag(ecg?.afib)
          return flag === null ? [] : [{ timestamp: shownAt(timestamp, zone), afib_classification: flag }]
        }),
      },
    },
  }))
}

type Recording = HeartRecording & { zone: string | null }

function bloodPressureOf({ bloodpressure, timestamp, zone }: Recording) {
  const { systole: systolic_bp = null, diastole: diastolic_bp = null } = bloodpressure ?? {}
  if (systolic_bp === null && diastolic_bp === null) return []
  return [{ timestamp: shownAt(timestamp, zone), systolic_bp, diastolic_bp }]
}

/** The answer has no time: the list has it, and it was known when asking. From a file alone, it is when it was received. */
export function mapHeart(payload: unknown, context: MapContext): Mapped[] {
  const signal = signalOf(payload, context)
  const zone = firstZone(context.request.timezone, context.timeZone)
  const asked = context.request.timestamp
  const start = asked !== undefined && isEpoch(asked) ? Number(asked) : Math.floor(context.receivedAt / 1000)
  const day = localDayOf(start * 1000, zone)
  const body: DeepPartial<Body> = {
    metadata: boundsOf(day, zone),
    heart_data: {
      ecg_signal: [
        {
          start_timestamp: shownAt(start, zone),
          avg_hr_bpm: signal.heart_rate,
          raw_signal: pointsOf(signal, start, zone),
        },
      ],
    },
  }
  return [{ type: 'body', key: { day }, record: body }]
}

function signalOf(payload: unknown, context: MapContext): HeartSignal {
  const body = bodyOf('heart', payload)
  if (!isObject(body)) throw new UnreadablePage('heart', '', 'an object with `signal` and `sampling_frequency`')
  return readDocuments({ kind: 'heart', schema: HeartSignal, series: { signal: Potential } }, body, context)[0]!
}

/** Points are a few thousandths of a second apart: the wire's six digits hold them. */
function pointsOf({ signal, sampling_frequency: hertz }: HeartSignal, start: number, zone: string | null) {
  let second = -1
  let before = ''
  let after = ''
  return signal.flatMap((microvolt, i) => {
    const microseconds = Math.round((i * 1_000_000) / hertz)
    if (Math.floor(microseconds / 1_000_000) !== second) {
      second = Math.floor(microseconds / 1_000_000)
      const whole = shownAt(start + second, zone)
      before = whole.slice(0, 20)
      after = whole.slice(26)
    }
    const fraction = String(microseconds % 1_000_000).padStart(6, '0')
    return microvolt === null ? [] : [{ timestamp: `${before}${fraction}${after}`, potential_uV: microvolt }]
  })
}
