// A port for a server of a test's own, which may be killed and come back on it.
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below what Linux and macOS give to whoever asks for any port or calls somebody: while the server is away, nobody gets its port by chance. */
const [FIRST, LAST] = [20_000, 32_000]
const TRIES = 100

/** Free on every address, and not handed out before to this process. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, LAST)
    if (!given.has(port) && (await isFree(port))) {
      given.add(port)
      return port
    }
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`)
}

const given = new Set<number>()

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port)
  const isOurs = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  if (isOurs) {
    server.close()
    await once(server, 'close')
  }
  return isOurs
}
