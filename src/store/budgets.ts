// Calls to providers as all servers count them.
import type { Database, Sql } from './database.ts'

export interface BudgetSlotRow {
  name: string
  /** Number of the slice of the window since the epoch; -1 for a refusal by the provider. */
  slot: number
  used: number
  ends_at: number
}

export const REFUSAL = -1

/** Reads the slots of a budget and writes one of them, alone. `decide` answers the slot to add to, or null. */
export function useBudget<T>(
  db: Database,
  name: string,
  decide: (rows: readonly BudgetSlotRow[]) => { add: Omit<BudgetSlotRow, 'name'> | null; answer: T },
): Promise<T> {
  return db.transaction(async (tx) => {
    await tx.lock(`budget:${name}`)
    const rows = await tx.all<BudgetSlotRow>('SELECT * FROM budget_slots WHERE name = $1', [name])
    const { add, answer } = decide(rows)
    if (add !== null) await putSlot(tx, { name, ...add })
    return answer
  })
}

export function slotsOfBudgets(sql: Sql, names: readonly string[]): Promise<BudgetSlotRow[]> {
  if (names.length === 0) return Promise.resolve([])
  const places = names.map((_, i) => `$${i + 1}`).join(', ')
  return sql.all(`SELECT * FROM budget_slots WHERE name IN (${places})`, [...names])
}

async function putSlot(sql: Sql, row: BudgetSlotRow): Promise<void> {
  await sql.run(
    `INSERT INTO budget_slots (name, slot, used, ends_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (name, slot) DO UPDATE SET used = budget_slots.used + excluded.used, ends_at = excluded.ends_at`,
    [row.name, row.slot, row.used, row.ends_at],
  )
}

export async function refuseBudget(sql: Sql, name: string, until: number): Promise<void> {
  await putSlot(sql, { name, slot: REFUSAL, used: 0, ends_at: until })
}

export function deleteEndedSlots(sql: Sql, before: number): Promise<number> {
  return sql.run('DELETE FROM budget_slots WHERE ends_at < $1', [before])
}
