import type { Database } from './database.ts'

const ALIVE_MS = 15_000
const FORGOTTEN_MS = 3600_000

/** Says that this delivery loop is alive; answers the ids of all that are, in one order for everyone. */
export async function announceServer(db: Database, id: string, now: number): Promise<string[]> {
  await db.batch([
    {
      sql: `INSERT INTO deliver_servers (id, seen_at) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET seen_at = $2`,
      params: [id, now],
    },
    { sql: 'DELETE FROM deliver_servers WHERE seen_at < $1', params: [now - FORGOTTEN_MS] },
  ])
  const rows = await db.all<{ id: string }>('SELECT id FROM deliver_servers WHERE seen_at >= $1 ORDER BY id', [
    now - ALIVE_MS,
  ])
  return rows.map((row) => row.id)
}

export async function retireServer(db: Database, id: string): Promise<void> {
  await db.run('DELETE FROM deliver_servers WHERE id = $1', [id])
}
