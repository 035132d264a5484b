import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import { show } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'

export function addDbCopy(command: Command): void {
  command
    .command('copy')
    .argument('<file>', 'where the copy goes; nothing may be there yet')
    .description('Copy the embedded database while the server runs: everything committed so far, checked.')
    .option('--json', 'print JSON, for programs')
    .action(async (to: string, options: { json?: boolean }) => {
      const [{ readSettings }, { copySqlite }] = await Promise.all([
        import('../config.ts'),
        import('../store/copy-sqlite.ts'),
      ])
      const { config } = readSettings()
      if (!config.embedded) {
        throw new CliFailure('This is PostgreSQL: pg_dump copies it, see docs/backup.md', EXIT.notAvailable)
      }
      const from = resolve(config.databaseUrl.slice('sqlite:'.length))
      if (!existsSync(from)) throw new CliFailure(`There is no database at ${from}`, EXIT.notAvailable)
      if (existsSync(to)) throw new CliFailure(`${to} is there already: name a file that is not`, EXIT.invalidInput)
      const bytes = await copySqlite(from, resolve(to)).catch((error: Error) => {
        throw new CliFailure(`The database was not copied: ${error.message}`)
      })
      show(
        options,
        { file: resolve(to), bytes },
        `${resolve(to)}: ${bytes} bytes, whole.\nIt opens with the key of this installation only: keep that too, elsewhere.`,
      )
    })
}
