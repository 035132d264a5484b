// Cadence on the wire counts both feet; half of the providers count one.

/** ActivityTypes of people on their feet. */
const ON_FOOT = new Set([7, 8, 35, 56, 57, 58, 75, 88, 93, 94, 95, 116, 130, 133, 141, 149])

/** Steps per minute where people walk or run, revolutions per minute otherwise. `oneFoot` is what the provider counts. */
export function cadenceOf(oneFoot: number | null | undefined, activityType: number | null): number | null {
  if (oneFoot === null || oneFoot === undefined) return null
  return activityType !== null && ON_FOOT.has(activityType) ? oneFoot * 2 : oneFoot
}
