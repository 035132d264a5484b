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

  constructor(message: string, exitCode: number = EXIT.failed) {
    super(message)
    this.name = 'CliFailure'
    this.exitCode = exitCode
  }
}
