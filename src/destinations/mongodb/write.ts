// What becomes of events. One document at a time is all that a single server does at once, so each write stands alone and may
// come again, and what has to be told of a record, its deletion too, is in the one document of that record.
import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb'
import type { OutgoingEvent } from '../destination.ts'
import { readEvent, type ReadEvent, userChanges } from '../event-body.ts'
import {
  at,
  instantOf,
  isMoreThanRecords,
  newestChanges,
  orderOf,
  type RecordChange,
  recordChanges,
} from '../record-changes.ts'
import type { MongodbClient } from './client.ts'
import { collectionsOf, type Stored } from './collections.ts'
import type { MongodbSettings } from './index.ts'
import { isOnlyThere } from './problem.ts'

/** Text of this size can be larger than a document may be once it is one: then it stays text. */
const LARGE_BYTES = 1_000_000
const MOST_BYTES = 16_777_216
/** How often a batch looks again. */
const ROUNDS = 5

type Settings = Pick<MongodbSettings, 'mode' | 'on_deauth' | 'prefix'>

export async function writeEvents(
  client: MongodbClient,
  settings: Settings,
  events: readonly OutgoingEvent[],
): Promise<void> {
  const stored = collectionsOf(client.db, settings)
  const read = events.map(readEvent)
  const gone = await writeUsers(stored.users, read)
  const removes = settings.on_deauth === 'delete'
  const wanted = removes ? read.filter(({ event }) => event.type === 'deauth' || !gone.has(event.userId ?? '')) : read
  if (settings.mode === 'upsert') await upsertRecords(stored, newestChanges(wanted.flatMap(recordChanges)))
  const whole = wanted.filter((each) => settings.mode === 'insert' || isMoreThanRecords(each))
  await insertMissing(
    stored.events,
    whole.map((each) => eventDocument(client, each)),
  )
  // Again, since whoever removes them may have been at work meanwhile.
  if (removes) await removeGone(stored, [...new Set(events.flatMap(({ userId }) => userId ?? []))])
}

function eventDocument({ sizeOf }: MongodbClient, { event, text, body }: ReadEvent): WithId {
  const document = {
    _id: event.id,
    type: event.type,
    user_id: event.userId,
    reference_id: event.referenceId,
    provider: event.provider,
    created_at: new Date(event.createdAt),
    event: body as unknown,
    payload: text,
  }
  const fits = event.body.byteLength < LARGE_BYTES || sizeOf(document) <= MOST_BYTES
  return fits ? document : { ...document, event: null }
}

async function upsertRecords(stored: Stored, changes: readonly RecordChange[]): Promise<void> {
  for (const [type, collection] of Object.entries(stored.records)) {
    const documents = changes.filter((change) => change.type === type).map(recordDocument)
    await replaceOlder(collection, documents)
  }
}

function recordDocument({ userId, key, orderingAt, referenceId, provider, record }: RecordChange): NewestDocument {
  const common = { _id: `${userId}/${key}`, user_id: userId, record_key: key, ordering_at: new Date(orderingAt) }
  // The mark stays, so that an older event cannot bring the record back.
  if (record === null) return { ...common, deleted: true }
  return {
    ...common,
    deleted: false,
    reference_id: referenceId,
    provider,
    start_time: instantOf(at(record, 'metadata.start_time')),
    end_time: instantOf(at(record, 'metadata.end_time')),
    record,
  }
}

interface WithId extends Document {
  _id: string
}

interface NewestDocument extends WithId {
  ordering_at: Date
}

/** Replaces what is not newer. */
async function replaceOlder(collection: Collection<Document>, documents: readonly NewestDocument[]): Promise<void> {
  await writeUnless(
    collection,
    documents,
    (stored, { ordering_at: ours }) => stored.ordering_at > ours,
    (document) => ({
      replaceOne: {
        // When a newer one came in between, MongoDB finds none, tries to insert another one with this id, and refuses.
        filter: { _id: document._id, ordering_at: { $lte: document.ordering_at } } as Document,
        replacement: document,
        upsert: true,
      },
    }),
  )
}

async function insertMissing(collection: Collection<Document>, documents: readonly WithId[]): Promise<void> {
  await writeUnless(
    collection,
    documents,
    () => true,
    (document) => ({ insertOne: { document: document as Document } }),
  )
}

/**
 * What is refused because of its id looks again at what is there: somebody else wrote it in between. Which ones were refused
 * is not relied on: servers that only speak like MongoDB leave out what comes after the first.
 */
async function writeUnless<Each extends WithId>(
  collection: Collection<Document>,
  documents: readonly Each[],
  settled: (stored: Document, document: Each) => boolean,
  operation: (document: Each) => AnyBulkWriteOperation<Document>,
): Promise<void> {
  for (let round = 1; ; round++) {
    const stored = await storedOf(collection, documents)
    const left = documents.filter((document) => {
      const found = stored.get(document._id)
      return found === undefined || !settled(found, document)
    })
    if (left.length === 0) return
    try {
      await collection.bulkWrite(left.map(operation), { ordered: false })
      return
    } catch (error) {
      if (!isOnlyThere(error) || round === ROUNDS) throw error
    }
  }
}

async function storedOf(
  collection: Collection<Document>,
  documents: readonly WithId[],
): Promise<Map<string, Document>> {
  if (documents.length === 0) return new Map()
  const filter = { _id: { $in: documents.map(({ _id }) => _id) } } as Document
  // What the majority has: anything else may yet be undone, and counts as not written.
  const options = { projection: { ordering_at: 1, state: 1 }, readConcern: 'majority' } as const
  const found = await collection.find(filter, options).toArray()
  return new Map(found.map((document) => [String(document._id), document]))
}

/** Who has gone for good, of those in question. */
async function writeUsers(users: Collection<Document>, events: readonly ReadEvent[]): Promise<Set<string>> {
  const said = events.flatMap((read) => userChanges(read).map((change) => ({ ...change, order: orderOf(read.event) })))
  const ids = [...new Set(said.map(({ user }) => user.user_id))].sort()
  if (ids.length === 0) return new Set()
  const known = await usersOf(users, ids)
  const gone = new Set(ids.filter((id) => known.get(id)?.state === 'deauth'))
  const fresh = ids.filter((id) => !known.has(id)).map((id) => said.find(({ user }) => user.user_id === id)!.user)
  await insertMissing(
    users,
    fresh.map((user) => ({
      _id: user.user_id,
      ...userMembers(user, user.active ? 'active' : 'inactive'),
      ordering_at: new Date(0),
      created_at: instantOf(user.created_at),
    })),
  )
  // An id never comes back: what arrives late changes nothing.
  const changes = said.filter(({ user, state }) => state !== null && !gone.has(user.user_id))
  const updates = changes.map(({ user, state, order }) => ({
    updateOne: {
      filter: { _id: user.user_id, state: { $ne: 'deauth' }, ordering_at: { $lte: new Date(order) } },
      update: { $set: { ...userMembers(user, state!), ordering_at: new Date(order) } },
    },
  }))
  if (updates.length > 0) await users.bulkWrite(updates as unknown as AnyBulkWriteOperation<Document>[])
  for (const { user, state } of changes) if (state === 'deauth') gone.add(user.user_id)
  return gone
}

function userMembers(user: ReadEvent['body']['user'] & object, state: string): Document {
  return { reference_id: user.reference_id, provider: user.provider, scopes: user.scopes, state }
}

function usersOf(users: Collection<Document>, ids: readonly string[]): Promise<Map<string, Document>> {
  return storedOf(
    users,
    ids.map((_id) => ({ _id })),
  )
}

/** All but the event that says so. The users themselves stay, so that late events find them gone. */
async function removeGone(stored: Stored, ids: readonly string[]): Promise<void> {
  const known = await usersOf(stored.users, ids)
  const gone = ids.filter((id) => known.get(id)?.state === 'deauth')
  if (gone.length === 0) return
  for (const collection of Object.values(stored.records)) await collection.deleteMany({ user_id: { $in: gone } })
  await stored.events.deleteMany({ user_id: { $in: gone }, type: { $ne: 'deauth' } })
}
