import type { Database } from './database.ts'

/** Well before the database takes us for dead (postgres.ts). */
const SIGN_OF_LIFE_MS = 10_000

/**
 * Runs `work` unless another server does the same at this moment; null then. The lock belongs to a transaction that does nothing
 * else: it ends with the connection, so a server that dies leads no longer. On SQLite there is no other server.
 */
export async function asLeader<T>(db: Database, name: string, work: () => Promise<T>): Promise<T | null> {
  if (db.dialect === 'sqlite') return work()
  return db.transaction(async (tx) => {
    const [leads] = await tx.lockFree([`leader:${name}`])
    if (!leads) return null
    // When the lock is lost meanwhile, the commit says so.
    const speaking = setInterval(() => void tx.all('SELECT 1').catch(() => undefined), SIGN_OF_LIFE_MS)
    return work().finally(() => clearInterval(speaking))
  })
}
