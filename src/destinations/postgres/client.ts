// A few connections to one PostgreSQL, on guarded sockets.
import type { Socket } from 'node:net'
import type { Network } from '../../platform/network.ts'
import type { Row, Session, SqlClient, Value } from '../sql/dialect.ts'
import { tlsOptions } from '../tls.ts'
import type { PostgresSettings } from './index.ts'

const CONNECTIONS = 4
const END_WITHIN_MS = 2000
const LONGEST_MS = 60_000

/**
 * Whoever sends gives up earlier: the limits are for what the server would go on with then. They are no parameters of the
 * connection, which poolers refuse. A commit that does not wait for the disk would not be worth its answer.
 */
const BEGIN = `BEGIN; SET LOCAL statement_timeout = ${LONGEST_MS}; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_MS};
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`

export async function openPostgres(settings: PostgresSettings, network: Network): Promise<SqlClient> {
  const { default: pg } = await import('pg')
  const sockets = new Set<Socket>()
  const pool = new pg.Pool({
    host: settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    // A function, so that neither the environment's PGPASSWORD nor a .pgpass of ours goes to somebody's server.
    password: () => settings.password ?? '',
    ssl: tlsOptions(settings) ?? false,
    max: CONNECTIONS,
    connectionTimeoutMillis: LONGEST_MS,
    application_name: 'loam',
    keepAlive: true,
    stream: () => {
      const socket = network.socket()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
  })
  // Without a listener a connection that breaks would end the process, idle or in use. Whoever uses it hears of it, and the
  // next use opens another one.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  let ended: Promise<void> | undefined
  return {
    async transaction(work) {
      const client = await pool.connect()
      const session: Session = {
        query: async (sql: string, values: readonly Value[]) => (await client.query<Row>(sql, [...values])).rows,
      }
      let broken: Error | undefined
      try {
        await client.query(BEGIN)
        const result = await work(session)
        await client.query('COMMIT')
        return result
      } catch (error) {
        await client.query('ROLLBACK').catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        client.release(broken)
      }
    },
    async shut() {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise((resolve) => {
        timer = setTimeout(resolve, END_WITHIN_MS)
      })
      ended ??= pool.end()
      await Promise.race([ended, late])
      clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
    },
  }
}
