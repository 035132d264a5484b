import type { Clock } from '../platform/clock.ts'
import type { Database } from './database.ts'

/** What the simulators remember, in the database; fits `simulator/simulator.ts`' SimulatorState. */
export function simulatorState(db: Database, clock: Clock) {
  return {
    async get(key: string): Promise<string | null> {
      const row = await db.one<{ value: string }>(
        'SELECT value FROM simulator_state WHERE key = $1 AND (expires_at IS NULL OR expires_at > $2)',
        [key, clock.now()],
      )
      return row?.value ?? null
    },
    async put(key: string, value: string, expiresAt?: number): Promise<void> {
      await db.run(
        `INSERT INTO simulator_state (key, value, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (key) DO UPDATE SET value = excluded.value, expires_at = excluded.expires_at`,
        [key, value, expiresAt ?? null],
      )
    },
    async take(key: string): Promise<string | null> {
      const rows = await db.transaction((tx) =>
        tx.all<{ value: string; expires_at: number | null }>(
          'DELETE FROM simulator_state WHERE key = $1 RETURNING value, expires_at',
          [key],
        ),
      )
      const row = rows[0]
      if (row === undefined || (row.expires_at !== null && row.expires_at <= clock.now())) return null
      return row.value
    },
    async delete(key: string): Promise<void> {
      await db.run('DELETE FROM simulator_state WHERE key = $1', [key])
    },
    async list(prefix: string): Promise<{ key: string; value: string }[]> {
      return db.all(
        `SELECT key, value FROM simulator_state WHERE key >= $1 AND key < $2
           AND (expires_at IS NULL OR expires_at > $3) ORDER BY key`,
        // Keys are ASCII: everything that begins with the prefix sorts before it with U+FFFF behind.
        [prefix, `${prefix}\uffff`, clock.now()],
      )
    },
  }
}
