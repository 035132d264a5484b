// Events as messages of a NATS JetStream stream.
import { z } from 'zod'
import { defineDestination, delivered, type OutgoingEvent, type SendResult, tooLarge } from '../destination.ts'
import { hostSetting } from '../host.ts'
import { keptConnection } from '../kept-connection.ts'
import { messageBody, messageForm, messageHeaders } from '../message.ts'
import { tlsSettings } from '../tls.ts'
import { type NatsClient, openNats } from './client.ts'
import { isAnswer, problemOf } from './problem.ts'

const DEFAULT_MAX_PAYLOAD = 1_048_576
const HEADER_BYTES = 1024

export const NatsSettings = z.object({
  host: hostSetting,
  port: z.int().min(1).max(65_535).default(4222).describe('Its port.'),
  username: z.string().max(255).nullable().default(null).describe('Empty: none is sent.'),
  password: z.string().max(1024).nullable().default(null).meta({ secret: true }).describe('Empty: none is sent.'),
  token: z
    .string()
    .max(4096)
    .nullable()
    .default(null)
    .meta({ secret: true })
    .describe('For servers that want a token instead of a user.'),
  subject: z
    .string()
    .max(255)
    .regex(/^[^\s*>]+$/, { error: 'must be a subject without blanks and wildcards, such as health.{type}' })
    .default('loam.events.{type}')
    .describe('Where events are published. `{type}`, `{user_id}` and `{provider}` stand for those of the event.'),
  ...tlsSettings,
  message: messageForm,
})
export type NatsSettings = z.infer<typeof NatsSettings>

export const nats = defineDestination({
  id: 'nats',
  name: 'NATS JetStream',
  description: 'Messages of a stream, kept once by their id.',
  settings: NatsSettings,
  reaches: ({ host }) => ({ host: [host] }),
  target: ({ host, port, subject }) => `${host}:${port}/${subject}`,
  batch: { events: 100, bytes: 4_000_000 },
  pointsOnly: ({ message }) => message === 'pointer',
  maxEventBytes: ({ message }) =>
    message === 'pointer' ? Number.POSITIVE_INFINITY : DEFAULT_MAX_PAYLOAD - HEADER_BYTES,
  open(settings, world) {
    const where = `${settings.host}:${settings.port}`
    const kept = keptConnection<NatsClient>({
      open: (unwanted) => openNats(settings, world.network, unwanted),
      shut: (client) => client.shut(),
      survives: isAnswer,
    })

    async function publish(client: NatsClient, event: OutgoingEvent, timeoutMs: number): Promise<SendResult> {
      const subject = subjectOf(settings.subject, event)
      const body = await messageBody(event, settings.message, world)
      if (body.byteLength + HEADER_BYTES > client.maxPayload) {
        return tooLarge(`${where} takes at most ${client.maxPayload} bytes: raise max_payload, or set max_bytes here`)
      }
      try {
        // The stream drops a second one with the same id, within its duplicate window.
        await client.jetstream.publish(subject, body, {
          msgID: event.id,
          headers: client.headers(messageHeaders(event)),
          timeout: timeoutMs,
          retries: 0,
        })
        return delivered()
      } catch (error) {
        if (!isAnswer(error)) throw error
        return problemOf(error, where, subject)
      }
    }

    return {
      async send(events, { timeoutMs }) {
        try {
          return await kept.use(timeoutMs, async (client) => {
            const outcomes = await Promise.allSettled(events.map((event) => publish(client, event, timeoutMs)))
            const broken = outcomes.find((outcome) => outcome.status === 'rejected')
            // What was acknowledged before the connection broke is there.
            if (broken !== undefined && outcomes.every((outcome) => outcome.status === 'rejected')) throw broken.reason
            return outcomes.map((outcome, i) =>
              outcome.status === 'fulfilled'
                ? outcome.value
                : problemOf(outcome.reason, where, subjectOf(settings.subject, events[i]!)),
            )
          })
        } catch (error) {
          return events.map((event) => problemOf(error, where, subjectOf(settings.subject, event)))
        }
      },
      close: () => kept.close(),
    }
  },
})

/** Tokens of a subject have no blanks, dots or wildcards. */
function subjectOf(template: string, event: OutgoingEvent): string {
  const token = (text: string | null): string => (text ?? 'none').replaceAll(/[\s.*>]/g, '_') || 'none'
  return template
    .replaceAll('{type}', token(event.type))
    .replaceAll('{user_id}', token(event.userId))
    .replaceAll('{provider}', token(event.provider))
}
