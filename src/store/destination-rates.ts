// Token buckets of destinations with a rate limit, in the database because all deliver servers share them, and so that a
// restart is no burst.
import type { Database } from './database.ts'

export interface Bucket {
  tokens: number
  filled_at: number
}

/** `take` says what becomes of the bucket. */
export function takeTokens<Taken extends { bucket: Bucket }>(
  db: Database,
  destinationId: string,
  take: (before: Bucket | null) => Taken,
): Promise<Taken> {
  return db.transaction(async (tx) => {
    await tx.lock(`rate:${destinationId}`)
    const before = await tx.one<Bucket>('SELECT tokens, filled_at FROM destination_rates WHERE destination_id = $1', [
      destinationId,
    ])
    const taken = take(before)
    const { bucket } = taken
    await tx.run(
      `INSERT INTO destination_rates (destination_id, tokens, filled_at)
       SELECT id, $2, $3 FROM destinations WHERE id = $1
       ON CONFLICT (destination_id) DO UPDATE SET tokens = $2, filled_at = $3`,
      [destinationId, bucket.tokens, bucket.filled_at],
    )
    return taken
  })
}
