// The tables of a destination, made and kept current in a database that belongs to someone else.
import { type Column, type Dialect, parameterList, type SqlClient, type Table } from './dialect.ts'

/** One step, never changed after a release: what comes later is another one. Every statement may run again. */
export type Step = (dialect: Dialect) => string[]

const VERSIONS: Table = {
  name: 'loam_schema',
  columns: [
    { name: 'layout', type: 'key', required: true },
    { name: 'version', type: 'integer', required: true },
  ],
  primaryKey: ['layout'],
}

export function createTable(dialect: Dialect, table: Table): string[] {
  const { quoted } = dialect
  const lines = table.columns.map((column) => columnText(dialect, column))
  const key = `PRIMARY KEY (${table.primaryKey.map(quoted).join(', ')})`
  const named = (table.index ?? []).map((name) => ({ index: quoted(`${table.name}_${name}`), column: quoted(name) }))
  const inside = dialect.indexesInside ? named.map(({ index, column }) => `INDEX ${index} (${column})`) : []
  const apart = dialect.indexesInside ? [] : named
  const stored = dialect.table(table.name)
  return [
    `CREATE TABLE IF NOT EXISTS ${stored} (${[...lines, key, ...inside].join(', ')})${dialect.tableOptions}`,
    ...apart.map(({ index, column }) => `CREATE INDEX IF NOT EXISTS ${index} ON ${stored} (${column})`),
    ...dialect.afterTable(stored),
  ]
}

export function columnText(dialect: Dialect, column: Column): string {
  return `${dialect.quoted(column.name)} ${dialect.types[column.type]}${column.required === true ? ' NOT NULL' : ''}`
}

/** Runs what the database lacks. `again` starts over, for when tables were dropped. */
export async function migrate(
  client: SqlClient,
  dialect: Dialect,
  layout: string,
  steps: readonly Step[],
  again: boolean,
): Promise<void> {
  await client.transaction(async (session) => {
    await session.query(dialect.lock, [])
    try {
      const known = again ? null : await versionOf()
      if (known !== null && known >= steps.length) return
      for (const statement of [...dialect.prepare, ...createTable(dialect, VERSIONS)])
        await session.query(statement, [])
      const from = again ? 0 : await versionOf()
      for (const step of steps.slice(from ?? 0)) {
        for (const statement of step(dialect)) await session.query(statement, [])
      }
      await session.query(dialect.upsert(VERSIONS, `(${parameterList(dialect, 2)})`, 'version'), [layout, steps.length])
    } finally {
      if (dialect.unlock !== null) await session.query(dialect.unlock, [])
    }

    /** Null when it was never migrated. */
    async function versionOf(): Promise<number | null> {
      const [there] = await session.query(dialect.exists, [VERSIONS.name])
      if (there === undefined) return null
      const [row] = await session.query(
        `SELECT version FROM ${dialect.table(VERSIONS.name)} WHERE layout = ${dialect.parameter(1)}`,
        [layout],
      )
      return row === undefined ? null : Number(row.version)
    }
  })
}
