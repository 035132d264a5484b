// A fresh, migrated database for one test: SQLite in a temporary folder, or PostgreSQL when LOAM_TEST_DATABASE_URL is set.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import type { Database } from '../src/store/database.ts'
import { migrate } from '../src/store/migrate.ts'
import { openDatabase } from '../src/store/open.ts'

export interface TestDatabase {
  db: Database
  url: string
  /** Closes and removes it. */
  dispose(): Promise<void>
}

export async function createTestDatabaseUrl(): Promise<{ url: string; remove(): Promise<void> }> {
  const server = process.env.LOAM_TEST_DATABASE_URL
  if (server === undefined || server === '') {
    const folder = mkdtempSync(join(tmpdir(), 'loam-test-'))
    return {
      url: `sqlite:${join(folder, 'loam.db')}`,
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    }
  }
  const name = `loam_test_${randomBytes(6).toString('hex')}`
  await onServer(server, `CREATE DATABASE ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return { url: url.href, remove: () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) }
}

export async function openTestDatabase(): Promise<TestDatabase> {
  const { url, remove } = await createTestDatabaseUrl()
  const db = await openDatabase(url)
  await migrate(db)
  return {
    db,
    url,
    async dispose() {
      await db.close()
      await remove()
    },
  }
}

async function onServer(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
