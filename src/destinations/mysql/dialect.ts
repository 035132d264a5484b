import { type ColumnType, columnList, type Dialect, insertInto, type Table } from '../sql/dialect.ts'
import { columnText } from '../sql/migrate.ts'

const TYPES: Record<ColumnType, string> = {
  id: 'varchar(36)',
  // Three of them, and an id, are the most that an index takes.
  key: 'varchar(255)',
  text: 'text',
  integer: 'bigint',
  number: 'double',
  boolean: 'boolean',
  // In UTC. A timestamp would end in 2038.
  instant: 'datetime(3)',
  day: 'date',
  json: 'json',
  // Unlike MySQL's json it keeps every byte of what was written.
  exact_json: 'longtext',
}

/** One for each database; whoever holds it makes tables. */
const LOCK = "CONCAT('loam ', MD5(DATABASE()))"

export const mysqlDialect: Dialect = {
  types: TYPES,
  // The protocol counts to 65 535.
  mostValues: 30_000,
  parameter: () => '?',
  quoted,
  table: quoted,
  indexesInside: true,
  // Keys differ by case, and a rollback undoes.
  tableOptions: ' ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
  afterTable: () => [],
  prepare: [],
  exists: 'SELECT 1 FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?',
  lock: `SELECT GET_LOCK(${LOCK}, 60)`,
  unlock: `SELECT RELEASE_LOCK(${LOCK})`,
  // Not IGNORE: that would take anything that does not fit, and share the lock on rows that are there, so that two who want
  // to change one would wait for each other.
  insertMissing(into, values) {
    return `${insertInto(mysqlDialect, into)(values)} ON DUPLICATE KEY UPDATE ${sameKey(into).join(', ')}`
  },
  upsert(into, values, newest) {
    return `INSERT INTO ${quoted(into.name)} (${columnList(mysqlDialect, into)}) VALUES ${values}
      ON DUPLICATE KEY UPDATE ${[...sameKey(into), ...assignments(into, newest)].join(', ')}`
  },
  // The session lets it pass when the column is there.
  addColumn: (name, column) => `ALTER TABLE ${quoted(name)} ADD COLUMN ${columnText(mysqlDialect, column)}`,
}

/**
 * The key of the row that is there. Of another row than ours, which an index that somebody added leads to, it would be null:
 * that is refused, where otherwise that row would change, or ours be left out silently.
 */
function sameKey(into: Table): string[] {
  return into.primaryKey.map(quoted).map((name) => `${name} = IF(${name} = VALUES(${name}), ${name}, NULL)`)
}

/** One after the other: what is compared comes last, since those before it have to see what was stored. */
function assignments(into: Table, newest: string | null): string[] {
  const set = into.columns.map(({ name }) => name).filter((name) => !into.primaryKey.includes(name))
  const ordered = newest === null ? set : [...set.filter((name) => name !== newest), newest]
  return ordered.map((name) => {
    const fresh = `VALUES(${quoted(name)})`
    if (newest === null) return `${quoted(name)} = ${fresh}`
    const isNewer = `VALUES(${quoted(newest)}) >= ${quoted(newest)}`
    return `${quoted(name)} = IF(${isNewer}, ${fresh}, ${quoted(name)})`
  })
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``
}
