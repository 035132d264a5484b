// A connection that opens when it is first used, is shared by what runs at a time, and goes away when it broke or when
// nobody used it for a while. The next use opens another one.

const IDLE_MS = 60_000
const CLOSE_WITHIN_MS = 10_000

export interface KeptConnection<Client> {
  /**
   * Ends with TimedOut after the time given. Nobody new gets that connection then, as who knows what state it is in; those who
   * use it have their own time.
   */
  use<Result>(timeoutMs: number, work: (client: Client) => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export class TimedOut extends Error {
  constructor(timeoutMs: number) {
    super(`nothing came back within ${Math.round(timeoutMs / 1000)} s`)
    this.name = 'TimedOut'
  }
}

/** Errors of connections that never opened. */
const unopened = new WeakSet<object>()

/** Nothing came back: of a server that answered before, it is how busy it is; of another one, most often where it is. */
export function silent(where: string, error: unknown): string {
  const said = error instanceof TimedOut ? `: ${error.message}` : ' in time'
  const isNew = error instanceof Error && unopened.has(error)
  return `${where} did not answer${said}${isNew ? '; check its host and port, and that TLS is set as it expects' : ''}`
}

interface Opened<Client> {
  unwanted: AbortController
  up: boolean
  client: Promise<Client>
  users: number
  over: boolean
  idle: NodeJS.Timeout | undefined
}

export function keptConnection<Client>(how: {
  /** The signal aborts when it takes too long or nobody wants it any more: let go of every socket, so that it ends. */
  open(unwanted: AbortSignal): Promise<Client>
  /** Frees everything, also of a client that is half dead. */
  shut(client: Client): Promise<void> | void
  /** Errors after which the connection is still good: the other side said no. */
  survives?(error: unknown): boolean
  idleMs?: number
}): KeptConnection<Client> {
  let current: Opened<Client> | null = null
  const working = new Set<Promise<unknown>>()

  function opened(): Opened<Client> {
    if (current === null) {
      const unwanted = new AbortController()
      current = { unwanted, client: how.open(unwanted.signal), up: false, users: 0, over: false, idle: undefined }
      const opening = current
      // Whoever uses it hears of the failure.
      opening.client.then(
        () => (opening.up = true),
        () => undefined,
      )
    }
    return current
  }

  /** No new users; shut when the last one left. */
  function end(connection: Opened<Client>): void {
    if (current === connection) current = null
    clearTimeout(connection.idle)
    if (connection.over || connection.users > 0) return
    connection.over = true
    if (!connection.up) connection.unwanted.abort()
    void connection.client.then((client) => how.shut(client)).catch(() => undefined)
  }

  function left(connection: Opened<Client>): void {
    connection.users--
    if (connection.users > 0) return
    if (current !== connection) return end(connection)
    connection.idle = setTimeout(() => end(connection), how.idleMs ?? IDLE_MS)
    connection.idle.unref()
  }

  async function run<Result>(timeoutMs: number, work: (client: Client) => Promise<Result>): Promise<Result> {
    const connection = opened()
    clearTimeout(connection.idle)
    connection.users++
    try {
      return await within(
        timeoutMs,
        connection.client.then((client) => work(client)),
      )
    } catch (error) {
      if (!connection.up) for (let each = error; each instanceof Error; each = each.cause) unopened.add(each)
      // One that never opened would fail all who come, also after the cause was mended.
      if (!connection.up || how.survives?.(error) !== true) end(connection)
      throw error
    } finally {
      left(connection)
    }
  }

  return {
    use(timeoutMs, work) {
      const result = run(timeoutMs, work)
      working.add(result)
      return result.finally(() => working.delete(result))
    },
    async close() {
      await within(CLOSE_WITHIN_MS, Promise.allSettled(working)).catch(() => undefined)
      const last = current
      if (last === null) return
      current = null
      clearTimeout(last.idle)
      if (last.over) return
      last.over = true
      if (!last.up) last.unwanted.abort()
      await within(
        CLOSE_WITHIN_MS,
        last.client.then((client) => how.shut(client)),
      ).catch(() => undefined)
    },
  }
}

async function within<Result>(timeoutMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut(timeoutMs)), timeoutMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
