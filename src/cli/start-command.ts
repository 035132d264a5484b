import { Option, type Command } from 'commander'

export function addStart(program: Command, exitWith: (code: number) => void): void {
  program
    .command('start')
    .description('Run the server, or one part of it beside others on the same PostgreSQL.')
    .addOption(new Option('--role <role>', 'which part').choices(['all', 'api', 'intake', 'deliver']).default('all'))
    .option('--json', 'print where the server is as one JSON line')
    .action(async (options: { role: 'all' | 'api' | 'intake' | 'deliver'; json?: boolean }) => {
      const startedAt = performance.now()
      const [{ readConfig }, { startServer }, { banner }] = await Promise.all([
        import('../config.ts'),
        import('../main.ts'),
        import('./banner.ts'),
      ])
      const config = readConfig()
      const running = await startServer(config, options.role)
      if (options.json === true) console.log(JSON.stringify({ url: running.url, dev_id: running.environment.dev_id }))
      else await banner(config, running, performance.now() - startedAt)
      const code = await untilStopped(() => running.stop())
      exitWith(code)
      // Nothing that is still open may keep a stopped server alive.
      process.exit(code)
    })
}

/** SIGINT and SIGTERM finish what is in flight; a second one does not wait. */
function untilStopped(stop: () => Promise<void>): Promise<number> {
  return new Promise((resolve) => {
    let signals = 0
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.on(signal, () => {
        signals++
        if (signals > 1) process.exit(1)
        void stop().then(
          () => resolve(0),
          (error) => {
            console.error(error)
            resolve(1)
          },
        )
      })
    }
  })
}
