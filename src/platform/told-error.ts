// What the log says of an error: never its own fields, in which a database puts whole rows, and no text that somebody sent.

export interface ToldError {
  type: string
  message: string
  /** Of the system or the database: `ECONNREFUSED`, `23505`. */
  errno?: string | number
  causes?: string[]
  stack?: string
}

const MOST_CAUSES = 5

/**
 * The stack is told where it leads to a place in the code. It leads nowhere when something outside is away or full, and that is
 * when one error comes a thousand times.
 */
export function toldError(error: unknown): ToldError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const { errcode, code } = error as { errcode?: unknown; code?: unknown }
  const errno = [errcode, code].find((value) => typeof value === 'number' || typeof value === 'string')
  const causes = causesOf(error)
  return {
    type: error.name,
    message: messageOf(error),
    ...(errno !== undefined && { errno: errno as string | number }),
    ...(causes.length > 0 && { causes }),
    ...(error.stack !== undefined && !isOfOutside(errno) && { stack: stackOf(error.stack, error) }),
  }
}

/** Of several addresses that were tried, what each said. */
function causesOf(error: Error): string[] {
  const said: string[] = []
  const errors = error instanceof AggregateError ? (error.errors as unknown[]) : []
  for (const each of errors.slice(0, MOST_CAUSES)) said.push(messageOf(each))
  for (let cause = error.cause; cause !== undefined && said.length < MOST_CAUSES;) {
    said.push(messageOf(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return said
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  // V8 quotes what stands around the place, which may be anyone's reading.
  return error instanceof SyntaxError && error.message.endsWith('is not valid JSON') ? 'not valid JSON' : error.message
}

/** It begins with the message. */
function stackOf(stack: string, error: Error): string {
  return stack.replace(error.message, () => messageOf(error))
}

/** Codes of the system and of PostgreSQL (connection, resources, operator), and SQLite's busy, locked, i/o, full, cannot open. */
function isOfOutside(errno: unknown): boolean {
  if (typeof errno === 'number') return [5, 6, 10, 13, 14].includes(errno & 0xff)
  return typeof errno === 'string' && /^(E[A-Z_]+|UND_ERR_\w+|(08|53|57P)\w+)$/.test(errno) && !errno.startsWith('ERR_')
}
