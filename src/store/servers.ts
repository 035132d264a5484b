import type { Database } from './database.ts'

const ALIVE_MS = 15_000

/** The loops of one kind have a list of their own: delivery loops share the limits of destinations among those that are in theirs. */
export type ServerTable = 'deliver_servers' | 'intake_servers'

export interface Present {
  /** The ids of all that said so lately, in one order for everyone. */
  alive: string[]
  /** Of each of the others, dead or alive: when it spoke last. */
  lastWords: Map<string, number>
}

/** Says that this server is alive; answers who else said so. */
export async function announceServer(db: Database, table: ServerTable, id: string, now: number): Promise<Present> {
  await db.run(`INSERT INTO ${table} (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = $2`, [
    id,
    now,
  ])
  const rows = await db.all<{ id: string; seen_at: number }>(`SELECT id, seen_at FROM ${table} ORDER BY id`)
  return {
    alive: rows.filter((row) => row.seen_at >= now - ALIVE_MS).map((row) => row.id),
    lastWords: new Map(rows.filter((row) => row.id !== id).map((row) => [row.id, row.seen_at])),
  }
}

/** It says goodbye, or somebody found it dead. */
export async function retireServer(db: Database, table: ServerTable, id: string): Promise<void> {
  await db.run(`DELETE FROM ${table} WHERE id = $1`, [id])
}
