import { mkdirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { type Log, silentLog } from '../platform/log.ts'
import type { Database } from './database.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'

/** `sqlite:./data/loam.db` or `postgres://…`. Migrations are a step of their own. */
export async function openDatabase(url: string, log: Log = silentLog): Promise<Database> {
  if (url.startsWith('sqlite:')) {
    const path = resolve(url.slice('sqlite:'.length).replace(/^\/\//, ''))
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    return openSqlite(path)
  }
  if (/^postgres(ql)?:\/\//.test(url)) return openPostgres(url, log)
  throw new Error('a database URL begins with sqlite: or postgres://')
}
