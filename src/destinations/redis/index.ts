// Events as entries of a Redis stream.
import { z } from 'zod'
import { defineDestination, delivered, type OutgoingEvent, retry, type SendResult } from '../destination.ts'
import { hostSetting } from '../host.ts'
import { keptConnection } from '../kept-connection.ts'
import { messageBody, messageForm, messageHeaders } from '../message.ts'
import { tlsSettings } from '../tls.ts'
import { openRedis, type RedisClient } from './client.ts'
import { isAnswer, problemOf } from './problem.ts'

export const RedisSettings = z.object({
  host: hostSetting,
  port: z.int().min(1).max(65_535).default(6379).describe('Its port.'),
  username: z
    .string()
    .max(255)
    .nullable()
    .default(null)
    .describe('For servers with users (ACL). Empty: the default one.'),
  password: z.string().max(1024).nullable().default(null).meta({ secret: true }).describe('Empty: none is sent.'),
  database: z.int().min(0).max(65_535).default(0).describe('Number of the database.'),
  stream: z.string().min(1).max(512).describe('Key of the stream. It is made with the first event.'),
  max_length: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('About how many entries the stream keeps: older ones go, read or not. Empty: all.'),
  replicas: z
    .int()
    .min(0)
    .max(10)
    .default(0)
    .describe('How many replicas must have an event before it counts as delivered.'),
  require_persistence: z
    .boolean()
    .default(true)
    .describe('Refuse a server that does not write every change to disk (appendonly).'),
  ...tlsSettings,
  message: messageForm,
})
export type RedisSettings = z.infer<typeof RedisSettings>

export const redis = defineDestination({
  id: 'redis',
  name: 'Redis Streams',
  description: 'Entries of a stream in a Redis or Valkey of yours.',
  settings: RedisSettings,
  reaches: ({ host }) => ({ host: [host] }),
  target: ({ host, port, stream }) => `${host}:${port}/${stream}`,
  pointsOnly: ({ message }) => message === 'pointer',
  batch: { events: 200, bytes: 4_000_000 },
  open(settings, world) {
    const where = `${settings.host}:${settings.port}`
    const kept = keptConnection<RedisClient>({
      open: (unwanted) => openRedis(settings, world.network, unwanted),
      shut: (client) => client.shut(),
      survives: isAnswer,
    })

    async function add(
      client: RedisClient,
      events: readonly OutgoingEvent[],
      timeoutMs: number,
    ): Promise<SendResult[]> {
      const trimming = settings.max_length === null ? [] : ['MAXLEN', '~', settings.max_length]
      const entries = await Promise.all(
        events.map(async (event) => [
          settings.stream,
          ...trimming,
          '*',
          ...Object.entries(messageHeaders(event)).flat(),
          'event',
          await messageBody(event, settings.message, world),
        ]),
      )
      const errors = await client.add(entries)
      // With one that is no use for any of them it is over.
      if (errors.every((error) => error !== null && !isAnswer(error))) throw errors[0]!
      const found = settings.replicas === 0 ? 0 : await client.replicas(settings.replicas, timeoutMs / 2)
      return errors.map((error) => {
        if (error !== null) return problemOf(error, where)
        if (found >= settings.replicas) return delivered()
        return retry(
          `${found} of ${settings.replicas} replicas of ${where} have the event: look after them, or ask for fewer`,
        )
      })
    }

    return {
      async send(events, { timeoutMs }) {
        try {
          return await kept.use(timeoutMs, (client) => add(client, events, timeoutMs))
        } catch (error) {
          return events.map(() => problemOf(error, where))
        }
      },
      close: () => kept.close(),
    }
  },
})
