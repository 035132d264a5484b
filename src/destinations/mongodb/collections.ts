// The collections of a destination, and how they are looked up.
import type { Collection, Db, Document } from 'mongodb'
import { DATA_TYPES, type DataType } from '../../model/data-type.ts'
import type { MongodbSettings } from './index.ts'

export interface Stored {
  users: Collection<Document>
  events: Collection<Document>
  /** One for each type in upsert mode; none in the other. */
  records: Partial<Record<DataType, Collection<Document>>>
}

type Named = Pick<MongodbSettings, 'mode' | 'prefix'>

export function collectionsOf(db: Db, { mode, prefix }: Named): Stored {
  const types = mode === 'upsert' ? DATA_TYPES : []
  return {
    users: db.collection(`${prefix}users`),
    events: db.collection(`${prefix}events`),
    records: Object.fromEntries(types.map((type) => [type, db.collection(`${prefix}${type}`)])),
  }
}

/** Nothing happens to those that are there. Collections are made with them. */
export async function makeIndexes(db: Db, named: Named): Promise<void> {
  const { events, records } = collectionsOf(db, named)
  await events.createIndex({ user_id: 1, type: 1, created_at: 1 })
  for (const collection of Object.values(records)) await collection.createIndex({ user_id: 1, start_time: 1 })
}
