// What an ApiError says about which field of a form.
import type { ApiError } from '../platform/errors.ts'

export interface Problems {
  /** By the name of the input. */
  fields: Record<string, string>
  /** What belongs to no field. */
  general: string | null
}

export const noProblems: Problems = { fields: {}, general: null }

/** The API writes `field: what is wrong`; several are joined by `; `. */
export function problemsOf(error: ApiError, names: readonly string[]): Problems {
  const fields: Record<string, string> = {}
  const general: string[] = []
  for (const part of error.message.split('; ')) {
    const match = /^([A-Za-z_][^:]*): (.+)$/s.exec(part)
    const name = match === null ? undefined : nameFor(match[1]!, names)
    if (match === null || name === undefined) general.push(part)
    else fields[name] ??= inField(match[1]!.slice(name.length), match[2]!)
  }
  return { fields, general: general.length === 0 ? null : sentence(general.join('; ')) }
}

/** A path deeper than the field (`settings.headers.X`) belongs to the field. */
function nameFor(path: string, names: readonly string[]): string | undefined {
  return names.find((name) => path === name || path.startsWith(`${name}.`) || path.startsWith(`${name}[`))
}

/** Of several lines with names of their own, the one that is meant; a number says nothing to who typed lines. */
function inField(deeper: string, said: string): string {
  // The kind of JSON says nothing to who left a field empty.
  const problem = said.startsWith('is required: ') ? 'must not be empty' : said
  const key = /^\.(?!\d+(?:\.|$))(.+)$/s.exec(deeper)?.[1]
  return key === undefined
    ? sentence(problem)
    : `“${key}” ${sentence(problem).replace(/^./, (first) => first.toLowerCase())}`
}

export function sentence(text: string): string {
  const upper = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?…]$/.test(upper) ? upper : `${upper}.`
}
