import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { addDbCopy } from './db-copy.ts'
import { CliFailure, EXIT } from './failure.ts'
import { serverFor, show } from './common.ts'

export interface DatabaseStatus {
  engine: 'sqlite' | 'postgres'
  state: 'current' | 'behind' | 'ahead' | 'absent'
  /** Null when only the running server could be asked, or there is no database yet. */
  version: number | null
  pending: string[]
  /** Of a newer version of Loam: this one does not start. */
  unknown: string[]
  /** Names the encryption key that a start needs; null where none was needed yet, or only the running server could be asked. */
  key: string | null
}

export function addDb(command: Command): void {
  addDbCopy(command)
  command
    .command('status')
    .description('Schema version, and the migrations that the next start will apply.')
    .option('--json', 'print JSON, for programs')
    .action(async (options: { json?: boolean }) => {
      const { readSettings } = await import('../config.ts')
      const status = await databaseStatus(readSettings().config)
      show(options, status, sentenceOf(status))
    })
}

export function sentenceOf({ engine, state, version, pending, unknown }: DatabaseStatus): string {
  const schema = version === null ? '' : `, schema version ${version}`
  if (state === 'absent') return `${engine}: no database yet; the first start makes it`
  if (state === 'ahead')
    return `${engine}${schema}: of a newer Loam (${unknown.join(', ')}); this one does not start on it`
  return `${engine}${schema}: ${state === 'current' ? 'up to date' : `the next start applies ${pending.join(', ')}`}`
}

/** Opens the database itself; changes nothing. Throws a CliFailure when it cannot be reached. */
export async function databaseStatus(config: Pick<Config, 'databaseUrl' | 'embedded'>): Promise<DatabaseStatus> {
  const { databaseUrl, embedded } = config
  const engine = embedded ? 'sqlite' : 'postgres'
  if (embedded && !existsSync(resolve(databaseUrl.slice('sqlite:'.length)))) {
    return { engine, state: 'absent', version: null, pending: [], unknown: [], key: null }
  }
  const [{ openDatabase }, { schemaStatus }, { keyOfAdminToken }] = await Promise.all([
    import('../store/open.ts'),
    import('../store/migrate.ts'),
    import('../api/admin/sessions.ts'),
  ])
  const db = await openDatabase(databaseUrl).catch(async (error: Error) => {
    // The embedded database serves one process: ask that one.
    if (embedded && (await serverIsReady())) return null
    throw new CliFailure(`The database cannot be opened: ${error.message}`, EXIT.notAvailable)
  })
  if (db === null) return { engine, state: 'current', version: null, pending: [], unknown: [], key: null }
  try {
    const { current, pending, unknown } = await schemaStatus(db)
    const state = unknown.length > 0 ? 'ahead' : pending.length > 0 ? 'behind' : 'current'
    return { engine, state, version: current, pending, unknown, key: await keyOfAdminToken(db) }
  } catch (error) {
    const { message } = error as Error
    if (/no such table|relation .* does not exist/.test(message)) {
      return { engine, state: 'absent', version: null, pending: [], unknown: [], key: null }
    }
    throw new CliFailure(`The database does not answer: ${message}`, EXIT.notAvailable)
  } finally {
    await db.close()
  }
}

async function serverIsReady(): Promise<boolean> {
  try {
    const server = serverFor({})
    await server.get('/instance')
    return (await fetch(`${(await server.target()).url}/readyz`)).ok
  } catch {
    return false
  }
}
