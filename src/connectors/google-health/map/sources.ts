// Who measured a point, and what came in twice.
import type { Point } from '../pages.ts'
import type { Interval, Source } from '../values.ts'

/** Google's own devices and app; the same night may also come from the phone's Health Connect. */
const OWN_PLATFORM = 'FITBIT'

export function isOwn(source: Source | null): boolean {
  return source?.platform === OWN_PLATFORM
}

export function isManual(source: Source | null): boolean {
  return source?.recordingMethod === 'MANUAL'
}

export function deviceOf(source: Source | null): { name?: string | null; manufacturer?: string | null } {
  const { device, application } = source ?? {}
  if (device?.displayName || device?.manufacturer) {
    return { name: device.displayName ?? null, manufacturer: device.manufacturer ?? null }
  }
  // From aggregators the app that wrote it is all that is known.
  return application?.packageName ? { name: application.packageName } : {}
}

/** `list` has a night once for each app that knows it: what Google's own device measured at that time stands for it. */
export function withoutTwins<Value extends { interval: Interval }>(points: Point<Value>[]): Point<Value>[] {
  const own = points.filter(({ source }) => isOwn(source))
  return points.filter((point) => {
    const platform = point.source?.platform
    if (platform === OWN_PLATFORM || platform === null || platform === undefined) return true
    return !own.some((other) => sharesHalf(point.value.interval, other.value.interval))
  })
}

function sharesHalf(a: Interval, b: Interval): boolean {
  const [aEnd, bEnd] = [a.endTime ?? a.startTime, b.endTime ?? b.startTime]
  const shared = Math.min(aEnd, bEnd) - Math.max(a.startTime, b.startTime)
  return shared > 0 && shared * 2 >= Math.min(aEnd - a.startTime, bEnd - b.startTime)
}
