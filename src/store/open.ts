import { resolve } from 'node:path'
import { type Log, silentLog } from '../platform/log.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** `sqlite:./data/loam.db` or `postgres://…`. Migrations are a step of their own. */
export async function openDatabase(url: string, log: Log = silentLog): Promise<Database> {
  if (url.startsWith('sqlite:')) {
    return openSqlite(resolve(url.slice('sqlite:'.length).replace(/^\/\//, '')))
  }
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, log)
  throw new Error('a database URL begins with sqlite: or postgres://')
}
