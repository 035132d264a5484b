// Forward-only migrations: `NNNN_name.<dialect>.sql`, each once, safe when several servers start together.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { Database, Sql, Transaction } from './database.ts'

const FOLDER = new URL('./migrations/', import.meta.url)

interface Migration {
  version: number
  name: string
  sql: string
  checksum: string
}

export interface SchemaStatus {
  current: number
  newest: number
  pending: string[]
  /** What a newer version of Loam did. */
  unknown: string[]
}

function migrationsFor(dialect: Sql['dialect']): Migration[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith(`.${dialect}.sql`))
    .sort()
    .map((file) => {
      const sql = readFileSync(new URL(file, FOLDER), 'utf8')
      const checksum = createHash('sha256').update(sql).digest('hex')
      return { version: Number(file.slice(0, 4)), name: file.replace(`.${dialect}.sql`, ''), sql, checksum }
    })
}

/**
 * Brings the schema up to date, or up to a version. Throws when the database was written by a newer Loam, or a migration was edited.
 */
export async function migrate(db: Database, upTo = Number.POSITIVE_INFINITY): Promise<SchemaStatus> {
  const migrations = migrationsFor(db.dialect)
  await db.transaction((tx) => apply(tx, migrations, upTo)).catch(explained)
  return schemaStatus(db)
}

async function apply(tx: Transaction, migrations: readonly Migration[], upTo: number): Promise<void> {
  await tx.lock('loam:migrations')
  await tx.run(
    `CREATE TABLE IF NOT EXISTS schema_migrations (
         version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`,
  )
  const applied = await tx.all<{ version: number; name: string; checksum: string }>(
    'SELECT version, name, checksum FROM schema_migrations ORDER BY version',
  )
  for (const row of applied) check(row, migrations)
  // Several branches number theirs at once: a smaller number may arrive later.
  const known = new Set(applied.map((row) => row.version))
  for (const migration of migrations.filter(({ version }) => version <= upTo && !known.has(version))) {
    await tx.batch(splitStatements(migration.sql).map((sql) => ({ sql })))
    await tx.run('INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)', [
      migration.version,
      migration.name,
      migration.checksum,
      Date.now(),
    ])
  }
}

/** PostgreSQL's codes for what its user may not do, and for a standby. */
const MAKES_NO_TABLES = new Set(['42501', '25006'])

function explained(error: Error & { code?: string }): never {
  if (!MAKES_NO_TABLES.has(error.code ?? '')) throw error
  throw new Error(`${error.message}: LOAM_DATABASE_URL must name a primary, and a user who may make tables there`, {
    cause: error,
  })
}

export async function schemaStatus(db: Database): Promise<SchemaStatus> {
  const migrations = migrationsFor(db.dialect)
  const rows = await db.all<{ version: number; name: string }>('SELECT version, name FROM schema_migrations')
  const applied = rows.map((row) => row.version)
  return {
    current: Math.max(0, ...applied),
    newest: migrations.at(-1)?.version ?? 0,
    pending: migrations.filter(({ version }) => !applied.includes(version)).map((migration) => migration.name),
    unknown: rows.filter((row) => !migrations.some(({ version }) => version === row.version)).map((row) => row.name),
  }
}

function check(row: { version: number; name: string; checksum: string }, migrations: readonly Migration[]): void {
  const known = migrations.find((migration) => migration.version === row.version)
  if (known === undefined) {
    throw new Error(
      `the database has schema ${row.name}, which this version of Loam does not know: install the newer one`,
    )
  }
  if (known.checksum !== row.checksum) {
    throw new Error(
      `migration ${row.name} was applied in another form than this version has; restore the original file`,
    )
  }
}

/** A line that ends with a semicolon ends the statement, but not between `$$` and `$$`; strings of ours hold neither. */
function splitStatements(sql: string): string[] {
  const statements = ['']
  for (const [i, part] of sql.replaceAll(/--.*$/gm, '').split('$$').entries()) {
    const [first, ...rest] = i % 2 === 1 ? [`$$${part}$$`] : part.split(/;\s*$/m)
    statements.push(statements.pop()! + first!, ...rest)
  }
  return statements.map((statement) => statement.trim()).filter(Boolean)
}
