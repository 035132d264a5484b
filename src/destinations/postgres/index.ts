// Events as rows of a PostgreSQL database: Terra's tables, or a table for each type of record.
import { z } from 'zod'
import { defineDestination } from '../destination.ts'
import { postgresDatabase, postgresSettings } from '../sql/postgres/database.ts'
import { sqlSender } from '../sql/sender.ts'

export const PostgresSettings = z.object(postgresSettings)
export type PostgresSettings = z.infer<typeof PostgresSettings>

export const postgres = defineDestination({
  id: 'postgres',
  name: 'PostgreSQL',
  description: "Rows in a database of yours: Terra's tables, or one table for each type of record.",
  settings: PostgresSettings,
  reaches: ({ host }) => ({ host: [host] }),
  target: ({ host, port, database, schema }) => `${host}:${port}/${database}${schema === null ? '' : ` (${schema})`}`,
  batch: { events: 64, bytes: 4_000_000 },
  open: (settings, world) => sqlSender(postgresDatabase(settings, world.network), settings, world),
})
