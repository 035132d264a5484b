// Events in a Supabase project: rows in its PostgreSQL, and large payloads in a bucket of its storage.
import { z } from 'zod'
import { defineDestination, type World } from '../destination.ts'
import { endpointSetting } from '../objects/endpoint.ts'
import { postgresDatabase, postgresSettings } from '../sql/postgres/database.ts'
import { type Database, sqlSender } from '../sql/sender.ts'
import { StorageFailed, storageOf } from './storage.ts'

export const SupabaseSettings = z.object({
  project_url: endpointSetting.describe(
    'Of the project, such as https://abcdefghijklmnopqrst.supabase.co. http, which shows the key on the way, is for networks of your own.',
  ),
  service_key: z
    .string()
    .trim()
    .min(1)
    .max(4096)
    .regex(/^[\x21-\x7e]+$/, { error: 'must be one line without spaces' })
    .meta({ secret: true })
    .describe('A secret key of the project (sb_secret_…), or its service_role key.'),
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,98}[a-z0-9]$/, { error: 'may have small letters, digits, dots and hyphens' })
    .default('terra-payloads')
    .describe('Where large payloads lie. A private one is made when it is missing.'),
  inline_bytes: z
    .int()
    .min(0)
    .max(10_000_000)
    .default(100_000)
    .describe(
      'Larger events lie in the bucket, smaller ones in their row. 0: all in the bucket, as Terra has it. Only in mode insert.',
    ),
  ...postgresSettings,
  host: postgresSettings.host.describe(
    'Of the database, from Connect: db.<project>.supabase.co, or its session pooler.',
  ),
  database: postgresSettings.database.default('postgres').describe('The database.'),
  user: postgresSettings.user
    .default('postgres')
    .describe('A user that may create tables; with a pooler, postgres.<project>.'),
})
export type SupabaseSettings = z.infer<typeof SupabaseSettings>

export const supabase = defineDestination({
  id: 'supabase',
  name: 'Supabase',
  description: "Rows in a project's database, and large payloads in a bucket of its storage.",
  settings: SupabaseSettings,
  reaches: ({ project_url, host }) => ({ project_url: [project_url], host: [host] }),
  target: ({ project_url, bucket, schema }) =>
    `${new URL(project_url).host}, ${bucket}${schema === null ? '' : ` (${schema})`}`,
  batch: { events: 64, bytes: 4_000_000 },
  open: (settings, world) => sqlSender(projectOf(settings, world), settings, world),
})

function projectOf(settings: SupabaseSettings, world: World): Database {
  const postgres = postgresDatabase(settings, world.network)
  return {
    ...postgres,
    // Supabase serves tables to whoever has the key of its web pages, unless they are closed. Their owner is let in.
    dialect: {
      ...postgres.dialect,
      afterTable: (table) => [`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`],
    },
    payloads: (requestMs) => storageOf(settings, world, requestMs),
    answered: (error) => error instanceof StorageFailed || postgres.answered(error),
    // Events that fit in their rows need not wait for a bucket. Where nothing answers, asking for each would take too long.
    aboutEvents: (error) => (error instanceof StorageFailed ? !isSlow(error) : postgres.aboutEvents(error)),
    problem: (error) => (error instanceof StorageFailed ? error.result : postgres.problem(error)),
  }
}

function isSlow({ result }: StorageFailed): boolean {
  return result.next === 'retry' && result.slowDown === true
}
