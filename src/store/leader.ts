import type { Database } from './database.ts'

/**
 * Runs `work` unless another server does the same at this moment; null then. The lock belongs to a transaction that does nothing
 * else: it ends with the connection, so a server that dies leads no longer. On SQLite there is no other server.
 */
export async function asLeader<T>(db: Database, name: string, work: () => Promise<T>): Promise<T | null> {
  if (db.dialect === 'sqlite') return work()
  return db.transaction(async (tx) => {
    const [leads] = await tx.lockFree([`leader:${name}`])
    return leads ? work() : null
  })
}
