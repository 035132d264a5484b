import { lastChangeOf } from './connections.ts'
import type { Context } from './context.ts'
import type { Sql } from './database.ts'

/**
 * Reads records of one person where that costs the primary least: from a replica that has all that was written about them. Who may
 * ask, and for whom, has been decided on the primary before.
 */
export async function readRecords<T>(
  { db, replicas, metrics }: Pick<Context, 'db' | 'replicas' | 'metrics'>,
  userId: string,
  read: (sql: Sql) => Promise<T>,
): Promise<T> {
  if (replicas === undefined) return read(db)
  const { value, from } = await replicas.read(await lastChangeOf(db, userId), read)
  metrics.recordReads.inc({ from })
  return value
}
