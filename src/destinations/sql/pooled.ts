// A SqlClient on connections that a library pools, over sockets of ours, which can be destroyed when the other side hangs.
import type { Socket } from 'node:net'
import type { Network } from '../../platform/network.ts'
import type { Session, SqlClient } from './dialect.ts'

/** How many connections one destination has at most. */
export const CONNECTIONS = 4
/** Whoever sends gives up earlier: this bounds what the library or the server would go on with then. */
export const LONGEST_MS = 60_000
const END_WITHIN_MS = 2000

export interface PooledConnection extends Session {
  /** A broken one is thrown away. */
  release(broken: Error | undefined): void
}

export interface ConnectionPool {
  acquire(): Promise<PooledConnection>
  end(): Promise<void>
}

export interface HeldSockets {
  /** Guarded, and not connected yet. */
  next(): Socket
  destroy(): void
}

export function heldSockets(network: Network): HeldSockets {
  const held = new Set<Socket>()
  return {
    next() {
      const socket = network.socket()
      held.add(socket)
      socket.once('close', () => held.delete(socket))
      return socket
    },
    destroy() {
      for (const socket of held) socket.destroy()
    },
  }
}

export function pooledClient(
  pool: ConnectionPool,
  sockets: HeldSockets,
  begin: (session: Session, timeoutMs: number) => Promise<void>,
): SqlClient {
  let ended: Promise<void> | undefined
  return {
    async transaction(work, timeoutMs = LONGEST_MS) {
      const connection = await pool.acquire()
      let broken: Error | undefined
      try {
        await begin(connection, timeoutMs)
        const result = await work(connection)
        await connection.query('COMMIT', [])
        return result
      } catch (error) {
        await connection.query('ROLLBACK', []).catch((failure: Error) => {
          broken = failure
        })
        throw error
      } finally {
        connection.release(broken)
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
      sockets.destroy()
    },
  }
}
