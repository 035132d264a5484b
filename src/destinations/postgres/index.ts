// Events as rows of a PostgreSQL database: Terra's tables, or a table for each type of record.
import { z } from 'zod'
import { defineDestination } from '../destination.ts'
import { sqlSender } from '../sql/sender.ts'
import { sqlSettings } from '../sql/settings.ts'
import { openPostgres } from './client.ts'
import { postgresDialect } from './dialect.ts'
import { isAboutValues, isServerError, problemOf } from './problem.ts'

export const PostgresSettings = z.object({
  ...sqlSettings({ port: 5432, longestName: 63 }),
  schema: z
    .string()
    .trim()
    .min(1)
    .max(63)
    .nullable()
    .default(null)
    .describe("Where the tables stand; made when it is missing. Empty: where the user's search path points."),
})
export type PostgresSettings = z.infer<typeof PostgresSettings>

export const postgres = defineDestination({
  id: 'postgres',
  name: 'PostgreSQL',
  description: "Rows in a database of yours: Terra's tables, or one table for each type of record.",
  settings: PostgresSettings,
  target: ({ host, port, database, schema }) => `${host}:${port}/${database}${schema === null ? '' : ` (${schema})`}`,
  batch: { events: 64, bytes: 4_000_000 },
  open: (settings, world) =>
    sqlSender(
      {
        dialect: postgresDialect(settings.schema),
        connect: () => openPostgres(settings, world.network),
        lostTables: (error) => isServerError(error) && error.code === '42P01',
        answered: (error) => isServerError(error) && !/^(08|57P)/.test(error.code),
        aboutValues: isAboutValues,
        problem: (error) => problemOf(error, `${settings.host}:${settings.port}`),
      },
      settings,
      world,
    ),
})
