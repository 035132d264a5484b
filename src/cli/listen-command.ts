import type { Command } from 'commander'
import { type CommonOptions, commaList, inPath, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { openStream } from './stream.ts'
import type { Server } from './server.ts'

interface ListenOptions extends CommonOptions {
  forward?: string
  forwardTo?: string
  events?: string[]
  printSecret?: boolean
}

interface Event {
  id: string
  type: string
  user_id: string | null
  reference_id: string | null
  created_at: string
}

/** The request that a webhook would receive now. */
interface Request {
  headers: Record<string, string>
  body_base64: string
}

interface Forwarded {
  url: string
  /** Null: nobody answered. */
  status: number | null
  duration_ms: number
  said: string
}

const ANSWER_WITHIN_MS = 8000

export function addListen(command: Command): void {
  talking(command)
    .option('--forward <url>', 'post each event there, signed: the bytes and headers of a delivery')
    .option('--forward-to <url>', 'the same')
    .option('--events <list>', 'only these types, separated by commas', commaList)
    .option('--print-secret', 'print the signing secret and stop')
    .addHelpText('after', '\nExample: loam listen --forward localhost:3000/consumeTerraWebhook')
    .action(listen)
}

async function listen(options: ListenOptions): Promise<void> {
  const server = serverFor(options)
  if (options.printSecret === true) {
    const secret = await signingSecret(server)
    return show(options, { signing_secret: secret }, secret)
  }
  await checkTypes(options.events ?? [])
  const target = targetOf(options.forward ?? options.forwardTo)
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  const events = await openStream(server, '/events/stream', {
    signal: stopping.signal,
    onLost: () => console.error('Lost the server; trying again.'),
  })
  const { url } = await server.target()
  console.error(`Listening at ${url}${target === null ? '' : `, forwarding to ${target}`}. Ctrl-C stops.`)
  for await (const message of events) {
    const event = JSON.parse(message) as Event
    if (options.events !== undefined && !options.events.includes(event.type)) continue
    const forwarded = target === null ? null : await forward(server, event, target)
    console.log(options.json === true ? JSON.stringify({ ...event, forwarded }) : lineOf(event, forwarded))
  }
}

/** One that is misspelled would never be seen. */
async function checkTypes(given: readonly string[]): Promise<void> {
  const { eventTypeNames } = await import('../api/event-types.ts')
  const unknown = given.find((type) => !eventTypeNames.includes(type))
  if (unknown === undefined) return
  throw new CliFailure(`--events: there is no ${unknown}; there are ${eventTypeNames.join(', ')}.`, EXIT.invalidInput)
}

/** `localhost:3000/path` is enough. */
function targetOf(text: string | undefined): string | null {
  if (text === undefined) return null
  const url = /^https?:\/\//.test(text) ? text : `http://${text}`
  if (URL.canParse(url)) return url
  throw new CliFailure(`--forward ${text} is no URL.`, EXIT.invalidInput)
}

async function signingSecret(server: Server): Promise<string> {
  const keys = (await server.get('/keys', { reveal: true })) as { signing_secrets: { signing_secret: string }[] }
  return keys.signing_secrets[0]?.signing_secret ?? ''
}

async function forward(server: Server, event: Event, url: string): Promise<Forwarded> {
  const { headers, body_base64 } = (await server.get(`/events/${inPath(event.id)}/request`)) as Request
  const startedAt = performance.now()
  const took = (): number => Math.round(performance.now() - startedAt)
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: Buffer.from(body_base64, 'base64'),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    })
    const text = await response.text()
    return { url, status: response.status, duration_ms: took(), said: response.ok ? '' : firstLine(text) }
  } catch (error) {
    const { name, message, cause } = error as Error
    const said = name === 'TimeoutError' ? `no answer within ${ANSWER_WITHIN_MS / 1000} s` : causeOf(cause, message)
    return { url, status: null, duration_ms: took(), said }
  }
}

function causeOf(cause: unknown, otherwise: string): string {
  return (cause as { code?: string } | undefined)?.code ?? otherwise
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]!.slice(0, 80)
}

function lineOf(event: Event, forwarded: Forwarded | null): string {
  const parts = [event.created_at.slice(11, 19), event.type.padEnd(8), event.reference_id ?? event.user_id ?? '-']
  if (forwarded !== null) {
    parts.push('->', String(forwarded.status ?? 'failed'), `${forwarded.duration_ms} ms`.padStart(7))
  }
  parts.push(event.id, forwarded?.said ?? '')
  return parts.join('  ').trimEnd()
}
