/** In order of time, each time once: of several the first stands. */
export function inOrder<Point extends { at: number }>(points: readonly Point[]): Point[] {
  const sorted = points.toSorted((a, b) => a.at - b.at)
  return sorted.filter(({ at }, i) => i === 0 || sorted[i - 1]!.at !== at)
}
