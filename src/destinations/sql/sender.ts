// A Sender on any SQL database: one transaction for a batch, and for each event alone when a batch is refused.
import { keptConnection } from '../kept-connection.ts'
import type { OutgoingEvent, Sender, SendResult, World } from '../destination.ts'
import { togetherOrAlone } from '../together.ts'
import type { Dialect, SqlClient } from './dialect.ts'
import { insertEvents, insertSteps } from './insert-mode.ts'
import { migrate } from './migrate.ts'
import type { PayloadStore } from './payload-store.ts'
import type { SqlSettings } from './settings.ts'
import { upsertEvents, upsertSteps } from './upsert-mode.ts'

export interface Database {
  dialect: Dialect
  /** Connects lazily or at once; what fails is told by `problem`. */
  connect(): Promise<SqlClient>
  /** Tables that were there are gone. */
  lostTables(error: unknown): boolean
  /** The server answered with a no: the connection is good. */
  answered(error: unknown): boolean
  /** It was about what is in the events, so one of them alone may fare better. */
  aboutEvents(error: unknown): boolean
  problem(error: unknown): SendResult
  /** Only of Terra's tables. */
  payloads?: PayloadStore
}

/** Of the time that a call has: the server gives up a statement before we do, and the connection stays good. */
const STATEMENT_SHARE = 0.9

const MODES = {
  insert: { steps: insertSteps, write: insertEvents },
  upsert: { steps: upsertSteps, write: upsertEvents },
} as const

export function sqlSender(database: Database, settings: Pick<SqlSettings, 'mode' | 'on_deauth'>, world: World): Sender {
  const { steps, write } = MODES[settings.mode]
  let again = false
  const kept = keptConnection<SqlClient>({
    async open(unwanted) {
      const client = await database.connect()
      unwanted.addEventListener('abort', () => void client.shut(), { once: true })
      try {
        await migrate(client, database.dialect, settings.mode, steps, again)
        again = false
        return client
      } catch (error) {
        await client.shut()
        throw error
      }
    },
    shut: (client) => client.shut(),
    survives: (error) => database.answered(error) && !database.lostTables(error),
  })

  async function together(events: readonly OutgoingEvent[], timeoutMs: number): Promise<void> {
    const options = { on_deauth: settings.on_deauth, payloadUrl: world.payloadUrl, payloads: database.payloads }
    await kept.use(timeoutMs, (client) =>
      client.transaction(
        (session) => write(session, database.dialect, events, options),
        Math.ceil(timeoutMs * STATEMENT_SHARE),
      ),
    )
  }

  function failed(error: unknown): SendResult {
    if (database.lostTables(error)) again = true
    return database.problem(error)
  }

  return {
    send: (events, { timeoutMs }) =>
      togetherOrAlone(events, timeoutMs, { write: together, aboutEvents: database.aboutEvents, failed }),
    close: () => kept.close(),
  }
}
