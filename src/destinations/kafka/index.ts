// Events as messages of a Kafka topic, keyed by user: what concerns one person stays in one partition and in its order.
import { z } from 'zod'
import { defineDestination, delivered, type OutgoingEvent, type SendResult } from '../destination.ts'
import { keptConnection } from '../kept-connection.ts'
import { messageBody, messageForm, messageHeaders } from '../message.ts'
import { tlsSettings } from '../tls.ts'
import { type KafkaClient, openKafka } from './client.ts'
import { isAboutMessage, problemOf } from './problem.ts'

/** Key, headers and what a batch of Kafka has around a message. */
const AROUND_A_MESSAGE = 2048

export const KafkaSettings = z.object({
  brokers: z
    .array(
      z
        .string()
        .trim()
        .max(260)
        .regex(/^(\[[0-9a-fA-F:.]+\]|[^\s:/@,]+):\d{1,5}$/, {
          error: 'must be host:port, like broker.example.com:9093',
        }),
    )
    .min(1)
    .max(20)
    .describe('Brokers to begin with, each as host:port; they name the others.'),
  topic: z
    .string()
    .min(1)
    .max(249)
    .regex(/^[A-Za-z0-9._-]+$/, { error: 'may have letters, digits, dots, underscores and hyphens' })
    .describe('The topic. It is made when it is missing and the brokers allow that.'),
  sasl: z
    .enum(['none', 'plain', 'scram-sha-256', 'scram-sha-512'])
    .default('none')
    .describe('How we say who we are. plain tells the password to the broker: only with tls.'),
  username: z.string().max(255).nullable().default(null).describe('For sasl.'),
  password: z.string().max(1024).nullable().default(null).meta({ secret: true }).describe('For sasl.'),
  ...tlsSettings,
  message: messageForm,
  max_message_bytes: z
    .int()
    .min(10_000)
    .max(100_000_000)
    .default(1_000_000)
    .describe("What the topic takes (max.message.bytes). Kafka's own default is a little more than a million."),
})
export type KafkaSettings = z.infer<typeof KafkaSettings>

export const kafka = defineDestination({
  id: 'kafka',
  name: 'Kafka',
  description: 'Messages in a topic of yours, partitioned by user.',
  settings: KafkaSettings,
  reaches: ({ brokers }) => ({ brokers }),
  target: ({ brokers, topic }) => `${brokers[0]}/${topic}`,
  batch: { events: 200, bytes: 900_000 },
  pointsOnly: ({ message }) => message === 'pointer',
  maxEventBytes: ({ message, max_message_bytes: most }) =>
    message === 'pointer' ? Number.POSITIVE_INFINITY : most - AROUND_A_MESSAGE,
  open(settings, world) {
    const where = settings.brokers.join(', ')
    const kept = keptConnection<KafkaClient>({
      open: () => openKafka(settings, world),
      shut: (client) => client.shut(),
      survives: isAboutMessage,
    })

    async function together(events: readonly OutgoingEvent[], timeoutMs: number): Promise<void> {
      const messages = await Promise.all(
        events.map(async (event) => ({
          topic: settings.topic,
          value: await messageBody(event, settings.message, world),
          headers: messageHeaders(event),
          ...(event.userId === null ? {} : { key: event.userId }),
        })),
      )
      await kept.use(timeoutMs, (client) => client.send(messages))
    }

    return {
      async send(events, { timeoutMs }) {
        const startedAt = performance.now()
        const left = (): number => Math.max(1000, timeoutMs - (performance.now() - startedAt))
        const results: SendResult[] = []
        const most = settings.message === 'pointer' ? Number.POSITIVE_INFINITY : settings.max_message_bytes
        for (const group of within(events, most)) {
          const failed = await together(group, left()).then(
            () => null,
            (error: unknown) => error ?? new Error('unknown'),
          )
          if (failed === null) results.push(...group.map(() => delivered()))
          else if (group.length === 1 || !isAboutMessage(failed)) {
            results.push(...group.map(() => problemOf(failed, where)))
          } else {
            // One of them is to blame. The others are sent again, which may repeat those that arrived.
            for (const event of group) {
              results.push(
                await together([event], left()).then(
                  () => delivered(),
                  (error: unknown) => problemOf(error, where),
                ),
              )
            }
          }
        }
        return results
      },
      close: () => kept.close(),
    }
  },
})

/** All of a call may go to one partition, where the limit holds for what goes together. */
function within(events: readonly OutgoingEvent[], most: number): OutgoingEvent[][] {
  const groups: OutgoingEvent[][] = []
  let bytes = 0
  for (const event of events) {
    const size = event.body.byteLength + AROUND_A_MESSAGE
    const last = groups.at(-1)
    if (last !== undefined && bytes + size <= most) last.push(event)
    else groups.push([event])
    bytes = groups.at(-1)!.length === 1 ? size : bytes + size
  }
  return groups
}
