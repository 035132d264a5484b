// The request that comes most often, straight from the socket: a notification of ordinary size. The web's Request and Response
// around it cost as much as storing it. Everything out of the ordinary goes the way of all requests (hooks.ts).
import { randomUUID } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { NotificationAnswer } from '../../connectors/connector.ts'
import { maxNotificationBytes } from '../../intake/notification.ts'
import type { Context } from '../../store/context.ts'
import { failureResponse } from '../http/failure.ts'
import { LARGE_BYTES, takeNotification } from './hooks.ts'

/** Nothing that would have to be decoded. */
const PATH = /^(?:\/api)?\/v2\/hooks\/([\w-]+)(?:\/([\w.~-]+))?(?:\?([^%+#]*))?$/

/** True for what is answered here; the answers are those of `receiveNotification`. */
export function directHooks(ctx: Context): (incoming: IncomingMessage, outgoing: ServerResponse) => boolean {
  return (incoming, outgoing) => {
    // A step of a trace has the route's name.
    if (incoming.method !== 'POST' || ctx.tracer !== undefined) return false
    const found = PATH.exec(incoming.url!)
    if (found === null) return false
    const [, provider, devId = null, query = ''] = found
    const length = Number(incoming.headers['content-length'])
    const most = maxNotificationBytes(provider!)
    if (most === null || !(length > 0 && length <= Math.min(most, LARGE_BYTES))) return false

    // Memory for what has come, not for what was announced.
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => void chunks.push(chunk))
    // A body that does not become whole ends with its connection: there is nobody to answer.
    incoming.once('end', () => {
      const reference = randomUUID()
      const request = {
        method: 'POST',
        headers: plain(incoming.headers),
        query: query === '' ? {} : Object.fromEntries(new URLSearchParams(query)),
        body: joined(chunks, length),
      }
      takeNotification(ctx, { provider: provider!, devId }, request)
        .then((answer) => write(outgoing, answer, reference))
        .catch((error) => writeFailure(outgoing, failureResponse(ctx, error, { instance: incoming.url!, reference })))
    })
    return true
  }
}

/** In a buffer of its own: what goes to another thread takes the whole of it along. */
function joined(chunks: readonly Buffer[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.length
  }
  return whole
}

function plain(headers: IncomingHttpHeaders): Record<string, string> {
  const all: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    all[name] = typeof value === 'string' ? value : value!.join(', ')
  }
  return all
}

function write(outgoing: ServerResponse, { status, headers, body }: NotificationAnswer, reference: string): void {
  const length = Buffer.byteLength(body)
  outgoing.writeHead(status, {
    ...(length > 0 && { 'content-type': 'text/plain; charset=UTF-8' }),
    ...headers,
    'terra-reference': reference,
    ...(status !== 204 && { 'content-length': length }),
  })
  outgoing.end(body)
}

async function writeFailure(outgoing: ServerResponse, response: Response): Promise<void> {
  const text = await response.text()
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  outgoing.end(text)
}
