// What the user of a database may do, found out before an event needs it: by statements that touch no row.
import type { Dialect, Session, Table } from './dialect.ts'

export type Right = 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE'

/** What writing needs of a table. */
export interface TableRights {
  table: Table
  rights: readonly Right[]
}

export class RightsMissing extends Error {
  /** `UPDATE on terra_users; …` */
  readonly needs: string

  constructor(needs: string) {
    super(`rights are missing: ${needs}`)
    this.needs = needs
  }
}

/** Throws RightsMissing. The transaction is as it was, whatever triggers there may have done. */
export async function checkRights(
  session: Session,
  dialect: Dialect,
  needed: readonly TableRights[],
  says: { answered(error: unknown): boolean; lacksRight(error: unknown): boolean },
): Promise<void> {
  const missing = new Map<string, Right[]>()
  await session.query('SAVEPOINT rights', [])
  for (const { table, rights } of needed) {
    const lacks: Right[] = []
    for (const right of rights) {
      try {
        await session.query(withoutRows[right](dialect, table), [])
      } catch (error) {
        if (!says.answered(error)) throw error
        // Of anything else, the events themselves tell.
        if (says.lacksRight(error)) lacks.push(right)
      }
      await session.query('ROLLBACK TO SAVEPOINT rights', [])
    }
    if (lacks.length > 0) missing.set(table.name, lacks)
  }
  if (missing.size > 0) throw new RightsMissing(said(missing))
}

const withoutRows: Record<Right, (dialect: Dialect, table: Table) => string> = {
  SELECT: (dialect, { name }) => `SELECT 1 FROM ${dialect.table(name)} WHERE 1 = 0`,
  INSERT(dialect, { name, columns }) {
    const names = columns.map((column) => dialect.quoted(column.name)).join(', ')
    const nulls = columns.map(() => 'NULL').join(', ')
    return `INSERT INTO ${dialect.table(name)} (${names}) SELECT ${nulls} FROM (SELECT 1) AS nothing WHERE 1 = 0`
  },
  UPDATE(dialect, { name, columns, primaryKey }) {
    const set = columns.map((column) => column.name).filter((column) => !primaryKey.includes(column))
    const same = set.map((column) => `${dialect.quoted(column)} = NULL`).join(', ')
    return `UPDATE ${dialect.table(name)} SET ${same} WHERE 1 = 0`
  },
  DELETE: (dialect, { name }) => `DELETE FROM ${dialect.table(name)} WHERE 1 = 0`,
}

/** Tables that lack the same stand together. */
function said(missing: ReadonlyMap<string, readonly Right[]>): string {
  const groups = Map.groupBy(missing, ([, rights]) => rights.join(', '))
  return [...groups].map(([rights, tables]) => `${rights} on ${tables.map(([name]) => name).join(', ')}`).join('; ')
}
