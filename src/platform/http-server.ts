// The port that a process listens on: taken before anything answers behind it, given back when all is answered.
import { randomUUID } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  maxHeaderSize,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { getRequestListener, RequestError } from '@hono/node-server'

type Fetch = (request: Request, env?: object) => Response | Promise<Response>

/** What is behind a port. */
export interface App {
  fetch: Fetch
  /** Answers some requests by itself, without the web's objects around them: then true, and nobody else looks at it. */
  direct?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean
  /** What to say to who sent something that never became a request; without it, the status alone. */
  refuse?: (status: number, problem: string) => Response
}

/** The port is ours before what is behind it is ready: until then the answer is 503. */
export function closedDoor(): Required<Omit<App, 'refuse'>> & { open(app: App): void } {
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
  { fetch, direct, refuse = (status) => new Response(null, { status }) }: App,
): Promise<{ server: Server; port: number }> {
  const viaWeb = getRequestListener(fetch, {
    errorHandler: (error) =>
      error instanceof RequestError
        ? refuse(400, `the request's address or its Host header cannot be read: ${error.message}`)
        : new Response(null, { status: 500 }),
  })
  const server = createServer((incoming, outgoing) => {
    // HTTP/1.0 knows no host, and some load balancers look at /healthz with it; of 1.1 Node has refused those without.
    incoming.headers.host ??= 'localhost'
    if (direct?.(incoming, outgoing) !== true) void viaWeb(incoming, outgoing)
  })
  server.on('clientError', (error, socket) => void answerUnread(error, socket as Socket, refuse))
  const unexpected = getRequestListener(() => refuse(417, 'expect: only 100-continue is known'))
  server.on('checkExpectation', (incoming, outgoing) => void unexpected(incoming, outgoing))
  // Slower than any proxy's, so that a kept-alive connection is never closed under a request.
  server.keepAliveTimeout = 75_000
  server.requestTimeout = 60_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(notListening(error, config)))
    server.listen(config.port, config.host, resolve)
  })
  return { server, port: (server.address() as AddressInfo).port }
}

const TOO_LONG = `the address and the headers together are longer than ${maxHeaderSize / 1024} kB`

/** What Node could not read as a request: it would answer with the status alone. */
async function answerUnread(
  error: NodeJS.ErrnoException,
  socket: Socket & { _httpMessage?: { headersSent: boolean } | null },
  refuse: NonNullable<App['refuse']>,
): Promise<void> {
  const [status, problem] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, TOO_LONG] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, 'the request did not come whole in time'] as const)
        : ([400, 'this is no HTTP request that can be read'] as const)
  // Never into the middle of an answer that has begun.
  if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy()
    return
  }
  const answer = refuse(status, problem)
  const body = await answer.text()
  const headers = {
    ...Object.fromEntries(answer.headers),
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  if (socket.writable) socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
  socket.destroySoon()
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
