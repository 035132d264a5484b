// The command line. A command's file is loaded when it is asked for, so that `--help` is quick.
import { Command, CommanderError } from 'commander'
import { VERSION } from '../api/version.ts'
import { commands } from './commands.ts'
import { EXIT, report } from './failure.ts'

/** Runs one command; answers the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  process.stdout.on('error', stopWhenNobodyReads)
  const program = new Command('loam')
    .description('Self-hosted health-data gateway, wire-compatible with Terra.')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(--help says how it is used)')
    .addHelpText('after', '\nEvery command has --help and --json. Settings: docs/configuration.md')
  let code: number = EXIT.ok
  const [first, second] = argv.filter((word) => !word.startsWith('-'))
  const asked = commands.find(({ name }) => name === (first === 'help' ? second : first))
  try {
    if (asked === undefined) {
      for (const { name, summary } of commands) program.command(name).description(summary)
      if (argv.length === 0) program.help()
    } else {
      const add = await asked.load()
      add(program.command(asked.name).description(asked.summary), (result) => (code = result))
    }
    await program.parseAsync([...argv], { from: 'user' })
    return code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    return report(error, argv.includes('--json'))
  }
}

/** `loam events list | head -1` ends the reader first; that is no failure. */
function stopWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
}
