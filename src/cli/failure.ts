/** What a command's exit code says. */
export const EXIT = {
  ok: 0,
  failed: 1,
  notSignedIn: 2,
  invalidInput: 3,
  usage: 4,
  notAvailable: 5,
  internal: 6,
  declined: 7,
} as const

/** Ends a command with words for people and a code for scripts. */
export class CliFailure extends Error {
  readonly exitCode: number
  /** What an answer of the API says besides its message. */
  readonly details: { code?: string; docs?: string; reference?: string }

  constructor(message: string, exitCode: number = EXIT.failed, details: CliFailure['details'] = {}) {
    super(message)
    this.name = 'CliFailure'
    this.exitCode = exitCode
    this.details = details
  }
}

/** On stderr: what, why, what to do; one JSON object where JSON was asked for. */
export function report(error: unknown, json: boolean): number {
  const known = knownFailure(error)
  if (known === null) {
    console.error(error)
    console.error('This is a mistake in Loam: please report it with the lines above.')
    return EXIT.internal
  }
  const { message, exitCode, details } = known
  if (json) console.error(JSON.stringify({ status: 'error', message, exit_code: exitCode, ...details }))
  else {
    const rest = Object.entries(details).map(([name, value]) => `${name}: ${value}`)
    console.error([message, ...rest].join('\n'))
  }
  return exitCode
}

function knownFailure(error: unknown): CliFailure | null {
  if (error instanceof CliFailure) return error
  if (error instanceof Error && error.name === 'ConfigError') return new CliFailure(error.message, EXIT.invalidInput)
  return null
}
