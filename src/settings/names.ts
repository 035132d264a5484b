// Names that are no setting are mistakes, and mostly near one that is.
import { likest } from '../platform/spelling.ts'
import { isSecret, settingNames } from './schema.ts'

/** Used by tests and tools, and what Kubernetes sets for a service named loam. */
const OTHERS = /^LOAM_(TEST_|BENCH_|CHAOS_|SERVICE_|PORT_\d)/

const MOST_NAMED = 3
const MOST_LETTERS = 4

export function isKnown(name: string): boolean {
  const own = settingNames.find((each) => each === name || `${each}_FILE` === name)
  return OTHERS.test(name) || (own !== undefined && (own === name || isSecret(own)))
}

export function nearest(name: string): string {
  const file = settingNames.find((each) => `${each}_FILE` === name)
  if (file !== undefined) return `: only secrets can be given as a file; set ${file}`
  const longer = settingNames.filter((each) => each.startsWith(`${name}_`))
  if (longer.length > 0) return `: did you mean ${longer.slice(0, MOST_NAMED).join(' or ')}?`
  const best = likest(name, settingNames, MOST_LETTERS)
  return best === null ? ': see docs/configuration.md for those there are' : `: did you mean ${best}?`
}
