import { type Command, Option } from 'commander'
import { CliFailure } from './failure.ts'
import { whenNpmIsGone } from './npm-parent.ts'

const LAST_WORDS_MS = 500
/** Most give a process ten seconds to end. What waits for longer, such as for a database that keeps silent, is left. */
const MOST_MS = 9500

type Role = 'all' | 'api' | 'intake' | 'deliver'

export function addStart(command: Command, exitWith: (code: number) => void): void {
  command
    .addOption(
      new Option('--role <role>', 'which part; default: LOAM_ROLE').choices(['all', 'api', 'intake', 'deliver']),
    )
    .option('--json', 'print where the server is as one JSON line')
    .addHelpText('after', '\nSettings come from the environment and from .env: docs/configuration.md')
    .action(async (options: { role?: Role; json?: boolean }) => {
      const startedAt = performance.now()
      const [{ readConfig }, { startServer }, { catchStrays }, { banner }] = await Promise.all([
        import('../config.ts'),
        import('../main.ts'),
        import('../platform/strays.ts'),
        import('./banner.ts'),
      ])
      const config = readConfig()
      catchStrays()
      const running = await startServer(config, options.role ?? config.role).catch(refused)
      // Before anyone is told that it runs: whoever is told may stop it at once.
      const stopped = untilStopped(() => running.stop())
      const say = config.stdout === 'events' ? console.error : console.log
      if (options.json === true) say(JSON.stringify({ url: running.url, dev_id: running.environment.dev_id }))
      else say(await banner(config, running, performance.now() - startedAt))
      exitWith(await stopped)
    })
}

/** A port in use, a database that is not there: the world's fault, told in a sentence. Ours keeps its stack. */
function refused(error: unknown): never {
  // What had been opened before it failed keeps the process alive: the message comes out, then all of it goes.
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref()
  const ours = error instanceof TypeError || error instanceof ReferenceError || error instanceof SyntaxError
  if (ours || !(error instanceof Error)) throw error
  throw new CliFailure(`Loam does not start: ${error.message}`)
}

/** SIGINT and SIGTERM finish what is in flight; a second one does not wait. So does the end of the npm that started it. */
function untilStopped(stop: () => Promise<void>): Promise<number> {
  return new Promise((resolve, reject) => {
    let stopping = false
    const begin = (): void => {
      stopping = true
      // It also keeps the process: what a stop waits for may hold nothing open, and node would end in the middle of it.
      const late = setTimeout(() => {
        console.error(
          'Loam stopped without waiting any longer for what was under way: nothing is lost, some events may be sent again.',
        )
        process.exit(1)
      }, MOST_MS)
      stop()
        .then(() => resolve(0), reject)
        .finally(() => clearTimeout(late))
    }
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => (stopping ? process.exit(1) : begin()))
    }
    whenNpmIsGone(() => {
      if (!stopping) begin()
    })
  })
}
