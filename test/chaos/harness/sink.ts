// The receiver. It keeps what it got, checks what every request must hold, and does to each what it is told to.
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { SIGNING_SECRET } from './gateway.ts'
import { atEnd } from './cleanup.ts'

/** What becomes of one request; a number is a status. `take and reset` has the event and nobody learns of it. */
export type Fault = number | 'hang' | 'drip' | 'reset' | 'take and reset'

export interface Receipt {
  trace: string
  reference: string
  digest: string
  /** By this process' own clock. */
  at: number
  type: string
  userId: string | null
  /** `user day steps` of each record of a pushed day. */
  days: string[]
  fault: Fault
  taken: boolean
}

export class Sink {
  readonly receipts: Receipt[] = []
  /** What must never be, as it was seen. */
  readonly problems: string[] = []
  behave: (receipt: Receipt) => Fault = () => 200
  /** How long it thinks about each. */
  delayMs = 0
  open = 0
  mostOpen = 0
  url = ''
  readonly #server = createServer((request, response) => this.#take(request, response))

  /** `host` is where it listens. */
  static async open(t: TestContext, host = '127.0.0.1'): Promise<Sink> {
    const sink = new Sink()
    await new Promise<void>((resolve) => sink.#server.listen(0, host, resolve))
    sink.url = `http://${host}:${(sink.#server.address() as AddressInfo).port}/`
    atEnd(t, () => {
      sink.#server.closeAllConnections()
      sink.#server.close()
    })
    return sink
  }

  /** Kept-alive connections end; the next request needs a new one. */
  hangUp(): void {
    this.#server.closeIdleConnections()
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.mostOpen = Math.max(this.mostOpen, ++this.open)
    response.on('close', () => this.open--)
    request.on('error', () => undefined)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const receipt = this.#read(request, Buffer.concat(chunks))
      receipt.fault = this.behave(receipt)
      receipt.taken = receipt.fault === 'take and reset' || (typeof receipt.fault === 'number' && receipt.fault < 300)
      this.receipts.push(receipt)
      setTimeout(() => answer(receipt.fault, request, response), this.delayMs)
    })
  }

  #read(request: IncomingMessage, bytes: Buffer): Receipt {
    const header = (name: string): string => String(request.headers[name] ?? '')
    const trace = header('x-terra-trace-id')
    if (!isSigned(header('terra-signature'), bytes)) this.problems.push(`${trace} is not signed as it should be`)
    const body = JSON.parse(bytes.toString()) as Body
    return {
      trace,
      reference: header('terra-reference'),
      digest: createHash('sha256').update(bytes).digest('base64url'),
      at: performance.now(),
      type: body.type,
      userId: body.user?.user_id ?? null,
      days: body.type === 'daily' ? (body.data ?? []).map((day) => dayText(body.user!.user_id, day)) : [],
      fault: 200,
      taken: false,
    }
  }
}

interface Body {
  type: string
  user?: { user_id: string }
  data?: Day[]
}

interface Day {
  metadata: { start_time: string }
  distance_data: { steps: number | null }
}

function dayText(userId: string, { metadata, distance_data: distance }: Day): string {
  return `${userId} ${metadata.start_time.slice(0, 10)} ${distance.steps}`
}

function isSigned(header: string, bytes: Buffer): boolean {
  const { t, v1 } = Object.fromEntries(header.split(',').map((part) => part.split('='))) as Record<string, string>
  return v1 === createHmac('sha256', SIGNING_SECRET).update(`${t}.`).update(bytes).digest('hex')
}

function answer(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  if (typeof fault === 'number') {
    const headers = fault >= 300 && fault < 400 ? { location: 'http://127.0.0.1:1/' } : {}
    response.writeHead(fault, headers).end('seen')
  } else if (fault === 'reset' || fault === 'take and reset') request.socket.resetAndDestroy()
  else if (fault === 'drip') {
    response.writeHead(200, { 'content-length': '1000' })
    const timer = setInterval(() => response.write('.'), 200)
    response.on('close', () => clearInterval(timer))
  }
}
