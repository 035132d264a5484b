// Names that nobody knows are mostly near one that is known.

/** The one of `names` that the fewest letters make of it, `atMost` of them and half of its own; of several, the first. */
export function likest(name: string, names: readonly string[], atMost = 3): string | null {
  const ranked = names.map((each) => ({ each, steps: distance(name, each) })).sort((a, b) => a.steps - b.steps)
  const best = ranked[0]
  return best !== undefined && best.steps <= Math.min(atMost, name.length / 2) ? best.each : null
}

/** How many letters must be added, dropped or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}
