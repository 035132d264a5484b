// A page that is a file: what a device recorded of a workout that the provider also describes otherwise.
import { gunzipSync } from 'node:zlib'
import { activitiesOf, fileIdOf } from '../formats/fit/activity.ts'
import { NoFitFile, WRONG_CHECKSUM } from '../formats/fit/decode.ts'
import { readFit } from '../formats/fit/read.ts'
import { readGpx } from '../formats/gpx/read.ts'
import { type FileFormat, formatOf, isGzip } from '../formats/sniff.ts'
import { readTcx } from '../formats/tcx/read.ts'
import { activityOf, recordingId } from '../formats/track/activity.ts'
import { type Recording, UnreadableRecording } from '../formats/track/recording.ts'
import type { DeepPartial, RecordOf } from '../model/records.ts'
import { type MapContext, type Mapped, UnreadablePage } from './connector.ts'

interface Recorded {
  record: DeepPartial<RecordOf<'activity'>>
  /** Of a file by itself; further workouts of a file have a number behind it. */
  id: string
}

const NAMES = { fit: 'FIT', tcx: 'TCX', gpx: 'GPX' } satisfies Record<FileFormat, string>
/** Unpacked. */
const MAX_BYTES = 64 * 1024 * 1024

/**
 * The map of such a kind. What had been asked names the workout under `idIn`; a file by itself has the id of its device and
 * its time. A file of several sports has a session for each leg, and the provider's ids of the legs are not in it: a named
 * workout takes nothing from such a file. What is labelled otherwise may be another format all the same: the bytes tell.
 */
export function mapActivityFile(kind: string, idIn: string, formats: readonly FileFormat[]) {
  return (payload: unknown, context: MapContext): Mapped[] => {
    if (!(payload instanceof Uint8Array)) throw new UnreadablePage(kind, '', 'the bytes of a file')
    const bytes = unpacked(kind, payload)
    const format = formatOf(bytes)
    const expected = `a ${formats.map((each) => NAMES[each]).join(', ')} file`
    if (format === null || !formats.includes(format)) throw new UnreadablePage(kind, '', expected)
    const activities = read(kind, format, bytes, context)
    const named = context.request[idIn]
    if (named !== undefined && activities.length > 1) return []
    return activities.map(({ record, id }) => ({
      type: 'activity',
      key: { id: named ?? id },
      day: record.metadata?.start_time?.slice(0, 10) ?? null,
      record,
    }))
  }
}

function unpacked(kind: string, bytes: Uint8Array): Uint8Array {
  if (!isGzip(bytes)) return bytes
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_BYTES })
  } catch {
    throw new UnreadablePage(kind, '', `a whole gzip file of at most ${MAX_BYTES} bytes unpacked`)
  }
}

function read(kind: string, format: FileFormat, bytes: Uint8Array, context: MapContext): Recorded[] {
  const whole = (recordings: readonly Recording[]): Recorded[] =>
    recordings.map((recording, i) => ({
      record: activityOf(recording, context.timeZone),
      id: numbered(recordingId(recording, bytes), i),
    }))
  try {
    if (format === 'tcx') return whole(readTcx(bytes, context.unknown))
    if (format === 'gpx') return whole([readGpx(bytes, context.unknown)])
    return fitActivities(bytes, context)
  } catch (error) {
    if (error instanceof NoFitFile || error instanceof UnreadableRecording) {
      throw new UnreadablePage(kind, '', `a ${NAMES[format]} file: ${error.message}`)
    }
    throw error
  }
}

/** What a file says of itself besides: the rest of one that broke off is missing, a wrong checksum loses nothing. */
function fitActivities(bytes: Uint8Array, context: MapContext): Recorded[] {
  const files = readFit(bytes)
  const found = files.flatMap((file) =>
    activitiesOf(file, context).map((record, i) => ({ record, id: numbered(fileIdOf(file, bytes), i) })),
  )
  const problems = files.flatMap(({ warnings }) => warnings).filter((problem) => problem !== WRONG_CHECKSUM)
  if (found.length === 0) throw new UnreadableRecording(problems[0] ?? 'it holds no workout')
  for (const problem of problems) context.unreadable?.('the file', problem)
  return found
}

function numbered(id: string, place: number): string {
  return place === 0 ? id : `${id}-${place}`
}
