import { type Check, fail, ok, warn } from './check.ts'

export interface BodiesState {
  place: string | null
  waiting: number
  late_seconds: number
  failing_since: string | null
  error: string | null
  returned: { bodies: number; missing: number; finished_at: string | null } | null
}

const NAME = 'bodies'
/** A turn comes every ten seconds, and takes what it finds: so late, it does not keep up. */
const LATE_SECONDS = 15 * 60

/** How the moving of bodies out of the database goes, or back. */
export function bodiesCheck(state: BodiesState): Check {
  const { place, waiting, late_seconds: late, failing_since: since, error, returned } = state
  if (since !== null) {
    return fail(
      NAME,
      `cannot be moved since ${since}: ${error}`,
      'see to the place that LOAM_BODIES names, its keys and its rights',
    )
  }
  if (returned !== null) return returnCheck(returned, place)
  const said =
    waiting === 0 ? `none waits to be moved to ${place}` : `${waiting} wait to be moved, the first for ${spoken(late)}`
  if (late <= LATE_SECONDS) return ok(NAME, said)
  return warn(NAME, said, 'see that a server with the role intake (or all) runs, and how fast the place takes them')
}

function returnCheck(
  { bodies, missing, finished_at: finishedAt }: NonNullable<BodiesState['returned']>,
  place: string | null,
): Check {
  if (finishedAt === null) return ok(NAME, `${bodies} are back in the database, and more follow`)
  if (missing > 0) {
    const fix = 'put their objects back, or give them up: LOAM_BODIES_RETURN=without-missing'
    return warn(NAME, `${bodies} are back in the database; ${missing} are not in ${place}`, fix)
  }
  if (place !== null) return ok(NAME, `${bodies} are back in the database; their objects are deleted within minutes`)
  return warn(NAME, `${bodies} are back in the database, and nothing lies elsewhere`, 'set LOAM_BODIES=database')
}

function spoken(seconds: number): string {
  if (seconds < 120) return `${seconds} s`
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`
}
