// Where payloads lie that are too large for rows, each under the id of its event.
import type { OutgoingEvent } from '../destination.ts'

export interface PayloadStore {
  /** Stores those that are its business, each in place of one of its id: then they are durable. Their URLs, by id. */
  put(events: readonly OutgoingEvent[]): Promise<Map<string, string>>
  /** Those of these events that would be its business, if they are there. */
  remove(events: readonly OutgoingEvent[]): Promise<void>
  removeStored(ids: readonly string[]): Promise<void>
}
