// The command line. Every command loads what it needs when it runs, so that `--help` is quick.
import { Command, CommanderError } from 'commander'
import { VERSION } from '../api/version.ts'
import { commands } from './commands.ts'
import { CliFailure, EXIT } from './failure.ts'

export async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('loam')
    .description('Self-hosted health-data gateway, wire-compatible with Terra.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(add --help for how it is used)')
  let code: number = EXIT.ok
  for (const add of commands) add(program, (result) => (code = result))
  try {
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    const failure = error instanceof CliFailure ? error : null
    console.error(failure?.message ?? (error instanceof Error ? error.message : String(error)))
    return failure?.exitCode ?? EXIT.internal
  }
}
