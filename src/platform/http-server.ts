// The port that a process listens on: taken before anything answers behind it, given back when all is answered.
import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'

type Fetch = (request: Request, env?: object) => Response | Promise<Response>

/** What is behind a port. */
export interface App {
  fetch: Fetch
  /** Answers some requests by itself, without the web's objects around them: then true, and nobody else looks at it. */
  direct?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
}

/** The port is ours before what is behind it is ready: until then the answer is 503. */
export function closedDoor(): Required<App> & { open(app: App): void } {
  let behind: App | null = null
  return {
    fetch: (request, env) =>
      behind?.fetch(request, env) ??
      Response.json(
        { status: 'error', message: 'starting' },
        { status: 503, headers: { 'retry-after': '1', 'terra-reference': randomUUID() } },
      ),
    direct: (incoming, outgoing) => behind?.direct?.(incoming, outgoing) ?? false,
    open: (app) => {
      behind = app
    },
  }
}

export async function listen(
  config: { host: string; port: number },
  { fetch, direct }: App,
): Promise<{ server: Server; port: number }> {
  const viaWeb = getRequestListener(fetch)
  const server = createServer((incoming, outgoing) => {
    // HTTP/1.0 knows no host, and some load balancers look at /healthz with it; of 1.1 Node has refused those without.
    incoming.headers.host ??= 'localhost'
    if (direct?.(incoming, outgoing) !== true) void viaWeb(incoming, outgoing)
  })
  // Slower than any proxy's, so that a kept-alive connection is never closed under a request.
  server.keepAliveTimeout = 75_000
  server.requestTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(error, config)))
    server.listen(config.port, config.host, resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

function notListening(error: NodeJS.ErrnoException, { host, port }: { host: string; port: number }): Error {
  if (error.code === 'EADDRINUSE') return new Error(`port ${port} is in use: stop what uses it, or set LOAM_PORT`)
  if (error.code === 'EACCES') return new Error(`port ${port} is not for this user: set LOAM_PORT to 1024 or more`)
  if (!['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'].includes(error.code ?? '')) return error
  return new Error(`${host} is no address of this machine: set LOAM_HOST to one of its own, or to 0.0.0.0 for all`)
}

/** What has begun is answered, within the grace; connections that only wait for the next request are closed. */
export async function endRequests(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeIdleConnections()
  const looking = setInterval(() => server.closeIdleConnections(), 20)
  let late: NodeJS.Timeout | undefined
  await Promise.race([closed, new Promise((resolve) => (late = setTimeout(resolve, graceMs)))])
  clearInterval(looking)
  clearTimeout(late)
  server.closeAllConnections()
}
