// Rows by their keys, for many keys at once and of many people: one question whatever the number.
import type { Sql } from './database.ts'
import { storableJson } from './storable.ts'

/** `columns` are the key's, in the order of an index. Each row once, as long as each key is there once. */
export function rowsByKeys<Row>(
  sql: Sql,
  from: { table: string; columns: readonly string[]; select?: string },
  keys: readonly (readonly string[])[],
): Promise<Row[]> {
  if (keys.length === 0) return Promise.resolve([])
  const { table, columns, select = '*' } = from
  const named = select.replaceAll(/[*\w]+/g, (column) => `t.${column}`)
  const matches = columns.map((column, i) => `t.${column} = k.value ->> ${i}`).join(' AND ')
  const text =
    sql.dialect === 'postgres'
      ? // Row by row, by the index: what the statistics make of it does not matter.
        `SELECT ${named} FROM json_array_elements($1::json) AS k(value)
         CROSS JOIN LATERAL (SELECT * FROM ${table} t WHERE ${matches} OFFSET 0) t`
      : `SELECT ${named} FROM json_each($1) k CROSS JOIN ${table} t ON ${matches}`
  return sql.all(text, [storableJson(keys)])
}
