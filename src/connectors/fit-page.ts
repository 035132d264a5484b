// A page that is a FIT file: what a device recorded of a workout that the provider also describes otherwise.
import { activitiesOf, fileIdOf } from '../formats/fit/activity.ts'
import { looksLikeFit, NoFitFile } from '../formats/fit/decode.ts'
import { type FitFile, readFit } from '../formats/fit/read.ts'
import { type MapContext, type Mapped, UnreadablePage } from './connector.ts'

/**
 * The map of such a kind. What had been asked names the workout under `idIn`; a file by itself has the id of its device and
 * its time. A file of several sports has a session for each leg, and the provider's ids of the legs are not in it: a named
 * workout takes nothing from such a file.
 */
export function mapFitPage(kind: string, idIn: string): (payload: unknown, context: MapContext) => Mapped[] {
  return (payload, context) => {
    if (!(payload instanceof Uint8Array)) throw new UnreadablePage(kind, '', 'the bytes of a file')
    // What is labelled otherwise may be FIT all the same, and the other way round: the bytes tell.
    if (!looksLikeFit(payload)) throw new UnreadablePage(kind, '', 'a FIT file')
    const activities = filesIn(kind, payload).flatMap((file) =>
      activitiesOf(file, context).map((record, i) => ({
        record,
        id: `${fileIdOf(file, payload)}${i === 0 ? '' : `-${i}`}`,
      })),
    )
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

function filesIn(kind: string, bytes: Uint8Array): FitFile[] {
  try {
    return readFit(bytes)
  } catch (error) {
    if (error instanceof NoFitFile) throw new UnreadablePage(kind, '', `a FIT file: ${error.message}`)
    throw error
  }
}
