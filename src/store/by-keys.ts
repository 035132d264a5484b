// Rows by their keys, for many keys at once and of many people: one question whatever the number.
import type { Sql } from './database.ts'
import { storableJson } from './storable.ts'

interface From {
  table: string
  /** The key's, in the order of an index. */
  columns: readonly string[]
  select?: string
  /** Of a key that many rows have: the one with the largest of this, the index's next column. */
  lastBy?: string
}

/** Each row once, as long as each key is there once. */
export function rowsByKeys<Row>(sql: Sql, from: From, keys: readonly (readonly string[])[]): Promise<Row[]> {
  if (keys.length === 0) return Promise.resolve([])
  const { table, columns, select = '*', lastBy } = from
  const named = select.replaceAll(/[*\w]+/g, (column) => `t.${column}`)
  const matches = columns.map((column, i) => `t.${column} = k.value ->> ${i}`).join(' AND ')
  // By nothing else besides, or SQLite goes through an index that has all of the order and little of the key.
  const last = `ORDER BY t.${lastBy} DESC LIMIT 1`
  const text =
    sql.dialect === 'postgres'
      ? // Row by row, by the index: what the statistics make of it does not matter.
        `SELECT ${named} FROM json_array_elements($1::json) AS k(value)
         CROSS JOIN LATERAL (SELECT * FROM ${table} t WHERE ${matches} ${lastBy === undefined ? 'OFFSET 0' : last}) t`
      : lastBy === undefined
        ? `SELECT ${named} FROM json_each($1) k CROSS JOIN ${table} t ON ${matches}`
        : `SELECT ${named} FROM json_each($1) k CROSS JOIN ${table} t
           ON t.rowid = (SELECT t.rowid FROM ${table} t WHERE ${matches} ${last})`
  return sql.all(text, [storableJson(keys)])
}
