import { type ColumnType, columnList, type Dialect, insertInto } from '../dialect.ts'
import { columnText } from '../migrate.ts'

const TYPES: Record<ColumnType, string> = {
  id: 'varchar(36)',
  key: 'text',
  text: 'text',
  integer: 'bigint',
  number: 'double precision',
  boolean: 'boolean',
  instant: 'timestamptz',
  day: 'date',
  json: 'jsonb',
  // Unlike jsonb it keeps every byte of what was written.
  exact_json: 'json',
}

/** Chosen once: whoever holds it makes tables. */
const LOCK = 'pg_advisory_xact_lock(4973241187)'

/** Without a schema, tables stand where the user's search path points. */
export function postgresDialect(schema: string | null): Dialect {
  const table = (name: string): string => (schema === null ? quoted(name) : `${quoted(schema)}.${quoted(name)}`)
  const dialect: Dialect = {
    types: TYPES,
    // The protocol counts to 65 535.
    mostValues: 30_000,
    parameter: (position) => `$${position}`,
    quoted,
    table,
    indexesInside: false,
    tableOptions: '',
    afterTable: () => [],
    prepare: schema === null ? [] : [makeSchema(schema)],
    exists:
      schema === null
        ? 'SELECT 1 WHERE to_regclass(quote_ident($1)) IS NOT NULL'
        : `SELECT 1 FROM pg_tables WHERE schemaname = ${literal(schema)} AND tablename = $1`,
    lock: `SELECT ${LOCK}`,
    unlock: null,
    // Of the primary key alone: an index that somebody added must not keep an event out silently.
    insertMissing: (into, values) =>
      `${insertInto(dialect, into)(values)} ON CONFLICT (${into.primaryKey.map(quoted).join(', ')}) DO NOTHING`,
    upsert(into, values, newest) {
      const key = into.primaryKey.map(quoted).join(', ')
      const set = into.columns
        .filter(({ name }) => !into.primaryKey.includes(name))
        .map(({ name }) => `${quoted(name)} = excluded.${quoted(name)}`)
      const guard = newest === null ? '' : ` WHERE stored.${quoted(newest)} <= excluded.${quoted(newest)}`
      return `INSERT INTO ${table(into.name)} AS stored (${columnList(dialect, into)}) VALUES ${values}
        ON CONFLICT (${key}) DO UPDATE SET ${set.join(', ')}${guard}`
    },
    addColumn: (name, column) => `ALTER TABLE ${table(name)} ADD COLUMN IF NOT EXISTS ${columnText(dialect, column)}`,
  }
  return dialect
}

/** `IF NOT EXISTS` wants the right to make schemas of whoever asks, also where the schema is there. */
function makeSchema(schema: string): string {
  const make = `IF NOT EXISTS (SELECT FROM pg_namespace WHERE nspname = ${literal(schema)}) THEN CREATE SCHEMA ${quoted(schema)}; END IF;`
  return `DO ${literal(`BEGIN ${make} END`)}`
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
