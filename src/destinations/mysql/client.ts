// A few connections to one MySQL or MariaDB, on guarded sockets.
import { isIP } from 'node:net'
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2'
import type { Network } from '../../platform/network.ts'
import type { Row, Session, SqlClient, Value } from '../sql/dialect.ts'
import { CONNECTIONS, heldSockets, LONGEST_MS, pooledClient } from '../sql/pooled.ts'
import { serverName, tlsOptions } from '../tls.ts'
import type { MysqlSettings } from './index.ts'
import { limitedPool } from './pool.ts'
import { COLUMN_IS_THERE, isServerError, NotDurable, TooLarge } from './problem.ts'

/** In place of what the server has as defaults: what does not fit is an error, instants are UTC, and nothing waits for ever. */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', time_zone = '+00:00'",
  `SET SESSION innodb_lock_wait_timeout = ${LONGEST_MS / 1000}, wait_timeout = ${(5 * LONGEST_MS) / 1000}`,
  // The usual level locks the gaps between rows, where writers of different people would meet.
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
]
const LIMIT = 'SELECT @@max_allowed_packet AS most'
/**
 * What a commit is worth is a matter of the whole server. Those that only speak like MySQL may not know the settings. With a
 * binary log, a commit that is not in it after a crash is rolled back, so that one has to be on the disk as well.
 */
const DURABLE = `SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flushed,
  @@GLOBAL.log_bin AS logged, @@GLOBAL.sync_binlog AS synced`
/** Statements that one connection keeps prepared. The server counts those of all its clients. */
const PREPARED = 64

export async function openMysql(settings: MysqlSettings, network: Network): Promise<SqlClient> {
  const { createConnection } = await import('mysql2')
  const ssl = sslOf(settings)
  const sockets = heldSockets(network)
  const options: ConnectionOptions = {
    // The socket is ours: this is what the certificate is compared with.
    host: serverName(settings.host) || settings.host,
    port: settings.port,
    database: settings.database,
    user: settings.user,
    password: settings.password ?? '',
    connectTimeout: LONGEST_MS,
    charset: 'utf8mb4_bin',
    timezone: 'Z',
    // A server may ask its client for files.
    flags: ['-LOCAL_FILES'],
    // No code that is made from what the server says.
    disableEval: true,
    maxPreparedStatements: PREPARED,
  }

  async function connect() {
    const socket = sockets.next().setKeepAlive(true).connect(settings.port, settings.host)
    const connection = createConnection({ ...options, ...ssl, stream: namedAs(settings.host, socket) })
    // Without a listener a connection that breaks would end the process.
    connection.on('error', () => undefined)
    try {
      await connection.promise().connect()
      const plain = connection.promise()
      for (const statement of SESSION) await plain.query(statement)
      const [[limit]] = await plain.query<RowDataPacket[]>(LIMIT)
      return { session: sessionOn(connection, Number(limit!.most)), socket, connection }
    } catch (error) {
      socket.destroy()
      throw error
    }
  }

  const pool = limitedPool({
    most: CONNECTIONS,
    open: connect,
    good: ({ socket }) => !socket.destroyed && socket.readable,
    close: async ({ connection }) => connection.promise().end(),
    destroy: ({ socket }) => socket.destroy(),
  })
  return pooledClient(
    {
      async acquire() {
        const { item, release } = await pool.acquire()
        return { query: item.session.query, release }
      },
      end: () => pool.end(),
    },
    sockets,
    async (session) => {
      await session.query('START TRANSACTION', [])
      // With each transaction: it can be switched off while we are connected.
      if (settings.require_persistence) mustKeep((await session.query(DURABLE, []))[0]!)
    },
  )
}

function mustKeep({ flushed, logged, synced }: Row): void {
  // MariaDB has 3 besides, which writes as often as its old versions.
  if (![1, 3].includes(Number(flushed))) throw new NotDurable('innodb_flush_log_at_trx_commit')
  if (Number(logged) !== 0 && Number(synced) !== 1) throw new NotDurable('sync_binlog')
}

function sessionOn(core: Connection, mostBytes: number): Session {
  const connection = core.promise()
  return {
    async query(sql, values) {
      // The server would cut the connection in the middle of it, and rarely be heard saying why.
      if (bytesOf(sql, values) > mostBytes) throw new TooLarge()
      try {
        // Values go beside the statement, never in it. Not every statement can be prepared, so those without values are not.
        const [rows] = values.length === 0 ? await connection.query(sql) : await connection.execute(sql, [...values])
        return Array.isArray(rows) ? (rows as unknown as Row[]) : []
      } catch (error) {
        // MySQL does not know ADD COLUMN IF NOT EXISTS.
        if (isServerError(error) && error.errno === COLUMN_IS_THERE) return []
        throw error
      }
    },
  }
}

/** About: with what the protocol adds to each value. */
function bytesOf(sql: string, values: readonly Value[]): number {
  const each = values.map((value) => 12 + (typeof value === 'string' ? Buffer.byteLength(value) : 0))
  return each.reduce((sum, bytes) => sum + bytes, Buffer.byteLength(sql))
}

function sslOf(settings: MysqlSettings): Pick<ConnectionOptions, 'ssl'> {
  const tls = tlsOptions(settings)
  if (tls === undefined) return {}
  const { ca_certificate: ca, client_certificate: cert, client_key: key } = settings
  return {
    ssl: {
      rejectUnauthorized: true,
      verifyIdentity: true,
      ...(ca === null ? {} : { ca }),
      ...(cert === null ? {} : { cert }),
      ...(key === null ? {} : { key }),
    },
  }
}

/**
 * The library compares the certificate with the name in `host`; without one, Node takes what the socket says it was connected
 * to. Sockets that connect to an address say nothing, and then `localhost` would be compared.
 */
function namedAs<Stream extends object>(host: string, socket: Stream): Stream {
  return isIP(host) === 0 ? socket : Object.assign(socket, { _host: host })
}
