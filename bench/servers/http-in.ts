// The way in that all contestants share: a POST, read and parsed, answered 200 when `take` says that it is safe.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Incoming {
  id: string
  event: { type: string; data: { metadata?: { upload_type?: number } }[] }
}

export async function serveEvents(
  take: (incoming: Incoming) => Promise<unknown>,
): Promise<{ url: string; server: Server }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Incoming['event']
      // What any gateway does: something in it changes, so it has to be written anew.
      const [record] = event.data
      if (record?.metadata) record.metadata.upload_type = 2
      take({ id: request.headers['x-event-id'] as string, event }).then(
        () => response.end(),
        (error: unknown) => {
          console.error(error)
          response.writeHead(503).end()
        },
      )
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}
