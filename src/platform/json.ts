// JSON as providers write it: ids beyond 2^53 stay what they are, as strings.

const LONG = /\d{16}/
/** An integer of sixteen digits or more that begins no string and is no fraction. Text inside a string may look like one. */
const LONG_INTEGER = /(?<![\d."])\d{16,}(?![\d.eE])/

/** `JSON.parse`, but integers that a number cannot hold become strings of their digits. Throws a SyntaxError. */
export function parseJson(text: string): unknown {
  if (!LONG.test(text) || !LONG_INTEGER.test(text)) return JSON.parse(text)
  return JSON.parse(text, exactly)
}

/** The third argument is the text that the value was made of. */
function exactly(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? source : value
}
