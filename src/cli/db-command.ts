import type { Command } from 'commander'
import { CliFailure, EXIT } from './failure.ts'
import { show } from './common.ts'

export function addDb(program: Command): void {
  const db = program.command('db').description('The database.')
  db.command('status')
    .description('Schema version, and migrations that the next start will apply.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const [{ readConfig }, { openDatabase }, { schemaStatus }] = await Promise.all([
        import('../config.ts'),
        import('../store/open.ts'),
        import('../store/migrate.ts'),
      ])
      const config = readConfig()
      const database = await openDatabase(config.databaseUrl).catch((error: Error) => {
        throw new CliFailure(`${error.message}\nStop the server first, or ask it: GET /readyz`, EXIT.notAvailable)
      })
      try {
        const status = await schemaStatus(database).catch(() => ({
          current: 0,
          newest: 0,
          pending: ['everything: the database is empty'],
        }))
        const waiting = status.pending.length === 0 ? 'up to date' : `waiting: ${status.pending.join(', ')}`
        show(
          options,
          { ...status, engine: database.dialect },
          `${database.dialect}, schema ${status.current}, ${waiting}`,
        )
      } finally {
        await database.close()
      }
    })
}
