import { createHmac } from 'node:crypto'
import type { Command } from 'commander'
import { type CommonOptions, serverFor, talking } from './common.ts'
import { followStream } from './stream.ts'
import type { Server } from './server.ts'

interface ListenOptions extends CommonOptions {
  forward?: string
  events?: string
  printSecret?: boolean
}

interface EventRow {
  id: string
  type: string
  user_id: string | null
  reference_id: string | null
  created_at: string
}

interface Sent {
  headers: Record<string, string>
  body: string
}

export function addListen(program: Command): void {
  talking(
    program
      .command('listen')
      .description('Follow events as they happen, and forward them to a receiver on this machine.')
      .option('--forward <url>', 'post each event there, signed like a delivery')
      .option('--forward-to <url>', 'the same')
      .option('--events <list>', 'only these types, separated by commas')
      .option('--print-secret', 'print the signing secret first'),
  ).action(async (options: ListenOptions & { forwardTo?: string }) => {
    const server = serverFor(options)
    const target = targetOf(options.forward ?? options.forwardTo)
    const secret = await signingSecret(server)
    if (options.printSecret === true) console.log(secret)
    const types = options.events?.split(',').map((each) => each.trim())
    if (options.json !== true) console.error(`Listening at ${server.url}. Stop with Ctrl-C.`)
    const stopping = new AbortController()
    process.once('SIGINT', () => stopping.abort())
    for await (const message of followStream(server, '/events/stream', stopping.signal)) {
      const event = JSON.parse(message) as EventRow
      if (types !== undefined && !types.includes(event.type)) continue
      const outcome = target === null ? null : await forward(server, event, target, secret)
      if (options.json === true) console.log(JSON.stringify({ ...event, forwarded: outcome }))
      else
        console.log(
          `${event.created_at.slice(11, 19)}  ${event.type.padEnd(18)} ${event.reference_id ?? event.user_id ?? ''}${outcome === null ? '' : `  ->  ${outcome}`}`,
        )
    }
  })
}

/** `localhost:3000/path` is enough. */
function targetOf(text: string | undefined): string | null {
  if (text === undefined) return null
  return /^https?:\/\//.test(text) ? text : `http://${text}`
}

async function signingSecret(server: Server): Promise<string> {
  const keys = (await server.get('/keys', { reveal: true })) as { signing_secrets: { signing_secret: string }[] }
  return keys.signing_secrets[0]?.signing_secret ?? ''
}

/** The same bytes and headers as a delivery, with a signature of this moment. */
async function forward(server: Server, event: EventRow, target: string, secret: string): Promise<string> {
  const sent = (await server.get(`/events/${event.id}/request`)) as Sent
  const t = Math.floor(Date.now() / 1000)
  const signature = `t=${t},v1=${createHmac('sha256', secret).update(`${t}.`).update(sent.body).digest('hex')}`
  const startedAt = performance.now()
  try {
    const response = await fetch(target, {
      method: 'POST',
      redirect: 'manual',
      headers: { ...sent.headers, 'terra-signature': signature, 'x-terra-signature': signature },
      body: sent.body,
      signal: AbortSignal.timeout(8000),
    })
    await response.arrayBuffer()
    return `${response.status}  ${Math.round(performance.now() - startedAt)} ms`
  } catch (error) {
    return `no answer (${(error as Error).message})`
  }
}
