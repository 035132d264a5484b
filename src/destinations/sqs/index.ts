// Events as messages of an Amazon SQS queue, ten to a request.
import { z } from 'zod'
import { awsSender } from '../../platform/aws-request.ts'
import {
  defineDestination,
  delivered,
  type OutgoingEvent,
  rejected,
  type SendResult,
  type World,
} from '../destination.ts'
import { messageBody, messageForm, messageHeaders } from '../message.ts'
import { refusedBy, unanswered } from '../objects/refusal.ts'
import { failedEntry, isAboutSize, MEND, tooLargeFor } from './problem.ts'

const MOST_ENTRIES = 10
/** Names and values of the attributes count as well. */
const ATTRIBUTES_BYTES = 1024

const SqsSettings = z.object({
  queue_url: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL' })
    .max(2048)
    .refine((text) => !URL.canParse(text) || isQueue(new URL(text)), {
      error:
        "must be the queue's URL, such as https://sqs.eu-central-1.amazonaws.com/123456789012/health, without user or query",
    })
    .describe('URL of the queue; it exists already. A name that ends in .fifo is a FIFO queue.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: 'must be a region such as eu-central-1' })
    .nullable()
    .default(null)
    .describe('Of the queue. Empty: as its URL says, or else us-east-1.'),
  access_key_id: z.string().trim().min(1).max(255).describe('Of a user that may send messages.'),
  secret_access_key: z.string().min(1).max(1024).meta({ secret: true }).describe('Belongs to the access key.'),
  message: messageForm
    .unwrap()
    .default('pointer')
    .meta({ needs: 'payloadUrl' })
    .describe(
      'pointer: a small `s3_payload` message with a URL that answers with the event, as Terra sends. event: the whole event.',
    ),
  max_message_bytes: z
    .int()
    .min(4096)
    .max(1_048_576)
    .default(262_144)
    .describe("The queue's own limit, for a message and for what goes in one request."),
})
type SqsSettings = z.infer<typeof SqsSettings>

export const sqs = defineDestination({
  id: 'sqs',
  name: 'Amazon SQS',
  description: 'Messages in a standard or FIFO queue of yours.',
  settings: SqsSettings,
  reaches: ({ queue_url }) => ({ queue_url: [queue_url] }),
  target: ({ queue_url: url }) => `${new URL(url).host}${new URL(url).pathname}`,
  batch: { events: MOST_ENTRIES, bytes: 1_000_000 },
  pointsOnly: ({ message }) => message === 'pointer',
  maxEventBytes: ({ max_message_bytes: most }) => most - ATTRIBUTES_BYTES,
  open(settings, world) {
    const sendAll = senderTo(settings, world)
    return {
      async send(events, { timeoutMs }) {
        const deadline = performance.now() + timeoutMs
        const messages = await Promise.all(events.map((event) => messageOf(event, settings, world)))
        const results = new Map<Message, SendResult>()
        for (const group of within(messages, settings.max_message_bytes)) {
          const left = Math.max(1, deadline - performance.now())
          const each = await sendAll(group, left)
          group.forEach((message, i) => results.set(message, each[i]!))
        }
        return messages.map((message) => results.get(message) ?? tooLarge(settings))
      },
      // Its connections are those of the HTTP client, which all destinations share.
      close: async () => undefined,
    }
  },
})

interface Message {
  bytes: number
  entry: Record<string, unknown>
}

async function messageOf(event: OutgoingEvent, settings: SqsSettings, world: World): Promise<Message> {
  const body = await messageBody(event, settings.message, world)
  const attributes = Object.entries(messageHeaders(event)).map(([name, value]) => [
    name,
    { DataType: 'String', StringValue: value },
  ])
  // In a FIFO queue the events of a person keep the order in which they are sent, and a repeat within minutes is dropped.
  const fifo = isFifo(settings) ? { MessageGroupId: event.userId ?? event.id, MessageDeduplicationId: event.id } : {}
  return {
    bytes: body.byteLength + ATTRIBUTES_BYTES,
    entry: { MessageBody: body.toString('utf8'), MessageAttributes: Object.fromEntries(attributes), ...fifo },
  }
}

function senderTo(settings: SqsSettings, { http, clock }: World) {
  const { host, pathname, origin } = new URL(settings.queue_url)
  const region = settings.region ?? /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(host)?.[1] ?? 'us-east-1'
  const post = awsSender({ ...settings, region }, { http, clock })
  const where = `${host}${pathname}`

  return sendAll

  async function sendAll(messages: readonly Message[], timeoutMs: number): Promise<SendResult[]> {
    const deadline = performance.now() + timeoutMs
    const same = (result: SendResult): SendResult[] => messages.map(() => result)
    const entries = messages.map(({ entry }, i) => ({ Id: String(i), ...entry }))
    const body = JSON.stringify({ QueueUrl: settings.queue_url, Entries: entries })
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' }
    const request = { method: 'POST' as const, service: 'sqs' as const, url: `${origin}/`, headers, body, timeoutMs }
    try {
      const response = await post({ ...request, maxResponseBytes: 65_536 })
      const said = Answer.safeParse(jsonOf(response.text())).data ?? {}
      if (response.status !== 200) {
        const code = said.__type?.split('#').at(-1) ?? null
        // The queue may take less than max_message_bytes by now, and refuses all that goes together for its size.
        if (code !== null && isAboutSize(code, said.message ?? said.Message ?? '')) {
          if (messages.length === 1) return same(tooLargeFor(where, code))
          return await eachAlone(messages, deadline)
        }
        return same(refusedBy({ where, response, code, mend: MEND, now: clock.now() }))
      }
      const taken = new Map(said.Successful?.map((each) => [each.Id, each.MessageId]))
      const failed = new Map(said.Failed?.map((each) => [each.Id, each]))
      return entries.map(({ Id: id }) => {
        const messageId = taken.get(id)
        return messageId === undefined ? failedEntry(failed.get(id), where) : { ...delivered(messageId), status: 200 }
      })
    } catch (error) {
      return same(unanswered(error))
    }
  }

  async function eachAlone(messages: readonly Message[], deadline: number): Promise<SendResult[]> {
    const results: SendResult[] = []
    for (const message of messages) {
      results.push(...(await sendAll([message], Math.max(1, deadline - performance.now()))))
    }
    return results
  }
}

const Answer = z.object({
  __type: z.string().optional(),
  message: z.string().optional(),
  Message: z.string().optional(),
  Successful: z.array(z.object({ Id: z.string(), MessageId: z.string() })).optional(),
  Failed: z.array(z.object({ Id: z.string(), Code: z.string(), SenderFault: z.boolean() })).optional(),
})

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** The limit of a message holds for a request too. What is larger by itself is in none of the groups. */
function within(messages: readonly Message[], most: number): Message[][] {
  const groups: Message[][] = []
  let bytes = Infinity
  for (const message of messages) {
    if (message.bytes > most) continue
    bytes += message.bytes
    if (bytes <= most) groups.at(-1)!.push(message)
    else {
      groups.push([message])
      bytes = message.bytes
    }
  }
  return groups
}

function tooLarge({ max_message_bytes: most }: SqsSettings): SendResult {
  return rejected(
    `the event is larger than a message may be (max_message_bytes: ${most}): let this instance serve payloads and send pointers, or raise the limit together with the queue's`,
  )
}

function isFifo({ queue_url: url }: SqsSettings): boolean {
  return new URL(url).pathname.endsWith('.fifo')
}

function isQueue({ username, password, pathname, search, hash }: URL): boolean {
  return username === '' && password === '' && search === '' && hash === '' && pathname.length > 1
}
