// A Sender on any SQL database: one transaction for a batch, and for each event alone when a batch is refused.
import { keptConnection } from '../kept-connection.ts'
import { type OutgoingEvent, retry, type Sender, type SendResult, type World } from '../destination.ts'
import { togetherOrAlone } from '../together.ts'
import type { Dialect, Session, SqlClient } from './dialect.ts'
import { insertEvents, insertRights, insertSteps } from './insert-mode.ts'
import { migrate } from './migrate.ts'
import type { PayloadStore } from './payload-store.ts'
import { LONGEST_MS } from './pooled.ts'
import { checkRights, RightsMissing } from './rights.ts'
import type { SqlSettings } from './settings.ts'
import { upsertEvents, upsertRights, upsertSteps } from './upsert-mode.ts'

export interface Database {
  /** For people. */
  where: string
  dialect: Dialect
  /** Connects lazily or at once; what fails is told by `problem`. */
  connect(): Promise<SqlClient>
  /** Tables that were there are gone. */
  lostTables(error: unknown): boolean
  /** The server answered with a no: the connection is good. */
  answered(error: unknown): boolean
  /** The user may not do that to a table. */
  lacksRight(error: unknown): boolean
  /** It was about what is in the events, so one of them alone may fare better. */
  aboutEvents(error: unknown): boolean
  problem(error: unknown): SendResult
  /** Only of Terra's tables. Each of its requests ends within that time. */
  payloads?(requestMs: number): PayloadStore
}

/** Of the time that a call has: the server gives up a statement before we do, and the connection stays good. */
const STATEMENT_SHARE = 0.9

const MODES = {
  insert: { steps: insertSteps, write: insertEvents, rights: insertRights },
  upsert: { steps: upsertSteps, write: upsertEvents, rights: upsertRights },
} as const

export function sqlSender(database: Database, settings: Pick<SqlSettings, 'mode' | 'on_deauth'>, world: World): Sender {
  const { steps, write, rights } = MODES[settings.mode]
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
    // Tables are made anew, and rights that came back are seen, with the next connection.
    survives: (error) => database.answered(error) && !database.lostTables(error) && !database.lacksRight(error),
  })
  const needed = rights(settings.on_deauth === 'delete')

  async function together(events: readonly OutgoingEvent[], timeoutMs: number): Promise<void> {
    const statementMs = Math.ceil(timeoutMs * STATEMENT_SHARE)
    // The server ends a transaction in which nothing happens for longer.
    const payloads = database.payloads?.(Math.min(statementMs, LONGEST_MS * STATEMENT_SHARE))
    const options = { on_deauth: settings.on_deauth, payloadUrl: world.payloadUrl, payloads }
    await kept.use(timeoutMs, async (client) => {
      const check = (session: Session): Promise<void> => checkRights(session, database.dialect, needed, database)
      try {
        await client.transaction(async (session) => {
          // A test of the destination, which shall say what other events would miss.
          if (events.some(({ type }) => type === 'healthcheck')) await check(session)
          await write(session, database.dialect, events, options)
        }, statementMs)
      } catch (error) {
        if (database.lacksRight(error)) await client.transaction(check, statementMs)
        throw error
      }
    })
  }

  function failed(error: unknown): SendResult {
    if (error instanceof RightsMissing)
      return retry(`${database.where} refused: the user lacks rights, grant them: ${error.needs}`)
    if (database.lostTables(error)) again = true
    return database.problem(error)
  }

  return {
    send: (events, { timeoutMs }) =>
      togetherOrAlone(events, timeoutMs, { write: together, aboutEvents: database.aboutEvents, failed }),
    close: () => kept.close(),
  }
}
