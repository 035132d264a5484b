// Events as persistent messages of a RabbitMQ exchange, confirmed by the broker.
import { z } from 'zod'
import { defineDestination, delivered, type OutgoingEvent, retry, type SendResult } from '../destination.ts'
import { hostSetting } from '../host.ts'
import { keptConnection } from '../kept-connection.ts'
import { messageBody, messageForm, messageHeaders } from '../message.ts'
import { tlsSettings } from '../tls.ts'
import { togetherOrAlone } from '../together.ts'
import { type Confirmed, openRabbitmq, type RabbitmqClient } from './client.ts'
import { isTooLarge, problemOf } from './problem.ts'

/** What RabbitMQ 4 takes unless it is told otherwise. */
const MAX_MESSAGE_BYTES = 16_000_000

export const RabbitmqSettings = z.object({
  host: hostSetting,
  port: z.int().min(1).max(65_535).default(5671).describe('Its port: 5671 with TLS, 5672 without.'),
  virtual_host: z.string().min(1).max(255).default('/').describe('The virtual host.'),
  username: z.string().min(1).max(255).describe('Needs the right to write to the exchange.'),
  password: z.string().max(1024).meta({ secret: true }).describe('Of that user.'),
  exchange: z
    .string()
    .max(255)
    .default('')
    .describe(
      'Where events are published; it has to exist. Empty: the default exchange, whose routing key names a queue.',
    ),
  routing_key: z
    .string()
    .min(1)
    .max(255)
    .describe('`{type}`, `{user_id}` and `{provider}` stand for those of the event: health.{type}'),
  ...tlsSettings,
  message: messageForm,
})
export type RabbitmqSettings = z.infer<typeof RabbitmqSettings>

export const rabbitmq = defineDestination({
  id: 'rabbitmq',
  name: 'RabbitMQ',
  description: 'Persistent messages, confirmed by the broker.',
  settings: RabbitmqSettings,
  reaches: ({ host }) => ({ host: [host] }),
  target: ({ host, port, exchange, routing_key }) => `${host}:${port}/${exchange === '' ? routing_key : exchange}`,
  batch: { events: 200, bytes: 4_000_000 },
  pointsOnly: ({ message }) => message === 'pointer',
  maxEventBytes: ({ message }) => (message === 'pointer' ? Number.POSITIVE_INFINITY : MAX_MESSAGE_BYTES),
  open(settings, world) {
    const where = `${settings.host}:${settings.port}`
    const kept = keptConnection<RabbitmqClient>({
      open: (unwanted) => openRabbitmq(settings, world.network, unwanted),
      shut: (client) => client.shut(),
    })

    async function publish(client: RabbitmqClient, events: readonly OutgoingEvent[]): Promise<SendResult[]> {
      const messages = await Promise.all(
        events.map(async (event) => ({
          routingKey: keyOf(settings.routing_key, event),
          body: await messageBody(event, settings.message, world),
          id: event.id,
          type: event.type,
          headers: messageHeaders(event),
        })),
      )
      const confirmed = await client.publish(messages)
      return confirmed.map((each, i) => resultOf(each, messages[i]!.routingKey))
    }

    function resultOf(confirmed: Confirmed, routingKey: string): SendResult {
      if (confirmed === 'stored') return delivered()
      if (confirmed === 'refused') {
        return retry(`${where} could not store the message: its queue is full, or its node is in trouble`, true)
      }
      return retry(`${where} has no queue for ${routingKey}: bind one, or correct exchange and routing_key`)
    }

    return {
      // A message that is too large costs the channel, and all that went with it.
      send: (events, { timeoutMs }) =>
        togetherOrAlone(events, timeoutMs, {
          write: (some, withinMs) => kept.use(withinMs, (client) => publish(client, some)),
          aboutEvents: isTooLarge,
          failed: (error) => problemOf(error, where),
        }),
      close: () => kept.close(),
    }
  },
})

function keyOf(template: string, event: OutgoingEvent): string {
  return template
    .replaceAll('{type}', event.type)
    .replaceAll('{user_id}', event.userId ?? 'none')
    .replaceAll('{provider}', event.provider ?? 'none')
}
