import { createServer, type Server } from 'node:http'
import { freePort } from '../services/free-port.ts'
import { destinationSuite } from './destination-suite.ts'
import type { Arrived } from './stage.ts'

destinationSuite('webhook', {
  networked: true,
  // Receivers tell repeats by the id; that is theirs to do.
  idempotent: false,
  missing: () => null,
  wrongCredentials: null,
  async start() {
    const arrived = new Map<string, Arrived[]>()
    const port = await freePort()
    let server: Server
    const start = async (): Promise<void> => {
      server = createServer((request, response) => {
        const chunks: Buffer[] = []
        request.on('data', (chunk: Buffer) => chunks.push(chunk))
        request.on('end', () => {
          const id = String(request.headers['x-terra-trace-id'])
          arrived.get(request.url!)!.push({ id, body: Buffer.concat(chunks).toString() })
          response.writeHead(204).end()
        })
      })
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    }
    const kill = async (): Promise<void> => {
      server.close()
      server.closeAllConnections()
    }
    await start()
    return {
      async place() {
        const path = `/${arrived.size}`
        arrived.set(path, [])
        return { url: `http://127.0.0.1:${port}${path}`, signing_secret: 'SECRET-of-the-webhook' }
      },
      read: async ({ url }) => arrived.get(new URL(String(url)).pathname)!,
      at: (settings, { host, port: other }) => ({ ...settings, url: `http://${host}:${other}/` }),
      kill,
      restart: start,
      stop: kill,
    }
  },
})
