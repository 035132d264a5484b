// The file that a device recorded: of workouts longer than a day it is all that Garmin gives.
import { activitiesOf, fileIdOf } from '../../../formats/fit/activity.ts'
import { looksLikeFit, NoFitFile } from '../../../formats/fit/decode.ts'
import { type FitFile, readFit } from '../../../formats/fit/read.ts'
import { type MapContext, type Mapped, UnreadablePage } from '../../connector.ts'

const KIND = 'activityFiles'

/**
 * A file belongs to the workout that its ping named. One of several sports has a session for each leg, and Garmin's ids of the
 * legs are not in it: those come by their summaries.
 */
export function mapActivityFile(payload: unknown, context: MapContext): Mapped[] {
  if (!(payload instanceof Uint8Array)) throw new UnreadablePage(KIND, '', 'the bytes of a file')
  // What is labelled GPX may be FIT all the same: the bytes tell.
  if (!looksLikeFit(payload)) throw new UnreadablePage(KIND, '', 'a FIT file')
  const activities = filesIn(payload).flatMap((file) =>
    activitiesOf(file, context).map((record, i) => ({
      record,
      id: `${fileIdOf(file, payload)}${i === 0 ? '' : `-${i}`}`,
    })),
  )
  const named = context.request.activityId
  if (named !== undefined && activities.length > 1) return []
  return activities.map(({ record, id }) => ({
    type: 'activity',
    key: { id: named ?? id },
    day: record.metadata?.start_time?.slice(0, 10) ?? null,
    record,
  }))
}

function filesIn(bytes: Uint8Array): FitFile[] {
  try {
    return readFit(bytes)
  } catch (error) {
    if (error instanceof NoFitFile) throw new UnreadablePage(KIND, '', `a FIT file: ${error.message}`)
    throw error
  }
}
