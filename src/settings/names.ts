// Names that are no setting are mistakes, and mostly near one that is.
import { isSecret, settingNames } from './schema.ts'

/** Used by tests and tools, and what Kubernetes sets for a service named loam. */
const OTHERS = /^LOAM_(TEST_|BENCH_|CHAOS_|SERVICE_|PORT_\d)/

const MOST_NAMED = 3

export function isKnown(name: string): boolean {
  const own = settingNames.find((each) => each === name || `${each}_FILE` === name)
  return OTHERS.test(name) || (own !== undefined && (own === name || isSecret(own)))
}

export function nearest(name: string): string {
  const file = settingNames.find((each) => `${each}_FILE` === name)
  if (file !== undefined) return `: only secrets can be given as a file; set ${file}`
  const longer = settingNames.filter((each) => each.startsWith(`${name}_`))
  if (longer.length > 0) return `: did you mean ${longer.slice(0, MOST_NAMED).join(' or ')}?`
  const ranked = settingNames.map((each) => ({ each, steps: distance(name, each) })).sort((a, b) => a.steps - b.steps)
  const best = ranked[0]!
  return best.steps <= 4 ? `: did you mean ${best.each}?` : ': see docs/configuration.md for those there are'
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
