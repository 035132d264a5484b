// Stages of a night as segments: what lies over them is cut out of them.

export interface Segment {
  /** Milliseconds since the epoch. */
  startAt: number
  endAt: number
  /** SleepLevel. */
  level: number
}

/**
 * Segments in order, the later list on top: an awakening of a minute splits the stage that it falls in. Pieces keep the
 * boundaries that the provider gave; what has no length is left out.
 */
export function overlaid(base: readonly Segment[], ...above: readonly (readonly Segment[])[]): Segment[] {
  let result = base.filter(hasLength).toSorted(byStart)
  for (const layer of above) {
    for (const top of layer.filter(hasLength)) {
      result = [...result.flatMap((segment) => without(segment, top)), top]
    }
  }
  return result.sort(byStart)
}

function without(segment: Segment, top: Segment): Segment[] {
  if (top.endAt <= segment.startAt || top.startAt >= segment.endAt) return [segment]
  return [
    { ...segment, endAt: top.startAt },
    { ...segment, startAt: top.endAt },
  ].filter(hasLength)
}

/** Seconds in any of these levels. */
export function secondsAt(segments: readonly Segment[], ...levels: readonly number[]): number {
  return segments
    .filter(({ level }) => levels.includes(level))
    .reduce((sum, { startAt, endAt }) => sum + (endAt - startAt) / 1000, 0)
}

function hasLength({ startAt, endAt }: Segment): boolean {
  return endAt > startAt
}

function byStart(a: Segment, b: Segment): number {
  return a.startAt - b.startAt
}
