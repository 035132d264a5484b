// The servers whose loops work on one queue. Each says every few seconds that it lives; what one that fell silent held is given
// back long before its leases end. Where leases bear no name, an older version's, their end is waited for.
import { newId } from '../model/ids.ts'
import type { Log } from '../platform/log.ts'
import type { Database } from '../store/database.ts'
import { announceServer, retireServer } from '../store/servers.ts'
import { type Queue, recoverFrom } from './queue.ts'
import { Silence } from './silence.ts'

/** How often each announces itself. */
export const LOOK_MS = 5000

export class Servers {
  /** Of this one. */
  readonly id = newId()
  readonly #db: Database
  readonly #queue: Queue
  readonly #log: Log
  readonly #silence = new Silence()
  #looking: Promise<string[]> | null = null
  #leases = 0

  constructor(db: Database, queue: Queue, log: Log) {
    this.#db = db
    this.#queue = queue
    this.#log = log
  }

  /** The id of a new lease. It begins with the server that holds it, so that what a dead one held is found. */
  nextLeaseId(): string {
    return `${this.id}:${(this.#leases++).toString(36)}`
  }

  /**
   * Says that this one lives; answers all that do, in the same order for each of them. One look at a time: those that wait for a
   * database that stands still must not count as many once it goes on.
   */
  announce(now: number): Promise<string[]> {
    this.#looking ??= this.#look(now).finally(() => {
      this.#looking = null
    })
    return this.#looking
  }

  async #look(now: number): Promise<string[]> {
    const { table, servers } = this.#queue
    const { alive, lastWords } = await announceServer(this.#db, servers, this.id, now)
    for (const dead of this.#silence.look(lastWords)) {
      const { rows, all } = await recoverFrom(this.#db, this.#queue, dead)
      // Whoever looks next takes the rest.
      if (all) await retireServer(this.#db, servers, dead)
      if (rows > 0 || all)
        this.#log.warn({ server: dead, table, rows }, 'a server fell silent; what it held is done by others')
    }
    return alive
  }

  /** It holds nothing any more. */
  async leave(): Promise<void> {
    await this.#looking?.catch(() => undefined)
    await retireServer(this.#db, this.#queue.servers, this.id)
  }
}
