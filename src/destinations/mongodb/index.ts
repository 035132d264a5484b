// Events as documents of a MongoDB: one for every event, or one for each record.
import { z } from 'zod'
import { defineDestination } from '../destination.ts'
import { keptConnection } from '../kept-connection.ts'
import { tlsSettings } from '../tls.ts'
import { togetherOrAlone } from '../together.ts'
import { type MongodbClient, openMongodb } from './client.ts'
import { makeIndexes } from './collections.ts'
import { hostSetting } from './hosts.ts'
import { isAboutEvents, problemOf } from './problem.ts'
import { writeEvents } from './write.ts'

/** A document has 16 MiB; beside the event's text there is room for what it is found by. */
const MOST_BYTES = 16_000_000

export const MongodbSettings = z.object({
  hosts: z
    .array(hostSetting)
    .min(1)
    .max(20)
    .describe('Servers of one deployment, each as host or host:port. Events go to the one that is the primary.'),
  srv: z
    .boolean()
    .default(false)
    .describe('The host is a name that DNS knows the servers of, as in mongodb+srv:// (Atlas).'),
  database: z
    .string()
    .min(1)
    .max(63)
    .regex(/^[^/\\. "$*<>:|?\0]+$/, { error: 'may have no spaces, dots, slashes, quotes and none of $*<>:|?' })
    .describe('The database. It is made with the first event.'),
  username: z.string().min(1).max(255).nullable().default(null).describe('Empty: nobody logs in.'),
  password: z.string().max(1024).nullable().default(null).meta({ secret: true }).describe('Of the user.'),
  auth_source: z.string().min(1).max(63).default('admin').describe('The database that knows the user.'),
  mode: z
    .enum(['insert', 'upsert'])
    .default('insert')
    .describe(
      'insert: a document for every event. upsert: a collection for each type of record, with one document for each record.',
    ),
  on_deauth: z
    .enum(['keep', 'delete'])
    .default('keep')
    .describe('What happens to the documents of a person whose connection was removed.'),
  prefix: z
    .string()
    .max(40)
    .regex(/^[A-Za-z0-9_-]*$/, { error: 'may have letters, digits, underscores and hyphens' })
    .default('loam_')
    .describe('What the names of the collections begin with.'),
  ...tlsSettings,
})
export type MongodbSettings = z.infer<typeof MongodbSettings>

export const mongodb = defineDestination({
  id: 'mongodb',
  name: 'MongoDB',
  description: 'Documents in a database of yours: one for every event, or one for each record.',
  settings: MongodbSettings,
  reaches: ({ hosts }) => ({ hosts }),
  target: ({ hosts, database }) => `${hosts[0]}/${database}`,
  batch: { events: 100, bytes: 4_000_000 },
  maxEventBytes: () => MOST_BYTES,
  open(settings, world) {
    const where = settings.hosts.join(', ')
    const kept = keptConnection<MongodbClient>({
      async open(unwanted) {
        const client = await openMongodb(settings, world.network, unwanted)
        try {
          await makeIndexes(client.db, settings)
          return client
        } catch (error) {
          await client.shut()
          throw error
        }
      },
      shut: (client) => client.shut(),
      survives: isAboutEvents,
    })
    return {
      send: (events, { timeoutMs }) =>
        togetherOrAlone(events, timeoutMs, {
          write: (some, withinMs) => kept.use(withinMs, (client) => writeEvents(client, settings, some)),
          aboutEvents: isAboutEvents,
          failed: (error) => problemOf(error, where),
        }),
      close: () => kept.close(),
    }
  },
})
