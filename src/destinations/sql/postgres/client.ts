// A few connections to one PostgreSQL, on guarded sockets.
import type { Network } from '../../../platform/network.ts'
import type { Row, SqlClient } from '../dialect.ts'
import { CONNECTIONS, heldSockets, LONGEST_MS, pooledClient } from '../pooled.ts'
import { tlsOptions } from '../../tls.ts'
import type { PostgresTarget } from './database.ts'

/**
 * The limits are no parameters of the connection, which poolers refuse. A commit that does not wait for the disk would not
 * be worth its answer.
 */
const begin = (
  statementMs: number,
): string => `BEGIN; SET LOCAL statement_timeout = ${statementMs}; SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_MS};
  SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'`

export async function openPostgres(settings: PostgresTarget, network: Network): Promise<SqlClient> {
  const { default: pg } = await import('pg')
  const sockets = heldSockets(network)
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
    stream: () => sockets.next(),
  })
  // Without a listener a connection that breaks would end the process, idle or in use. Whoever uses it hears of it, and the
  // next use opens another one.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  return pooledClient(
    {
      async acquire() {
        const client = await pool.connect()
        return {
          query: async (sql, values) => (await client.query<Row>(sql, [...values])).rows,
          release: (broken) => client.release(broken),
        }
      },
      end: () => pool.end(),
    },
    sockets,
    async (session, timeoutMs) => void (await session.query(begin(Math.min(LONGEST_MS, timeoutMs)), [])),
  )
}
