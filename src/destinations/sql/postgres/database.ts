// A PostgreSQL, whoever runs it: what a destination asks for, and what the sender needs.
import { z } from 'zod'
import type { Network } from '../../../platform/network.ts'
import type { Database } from '../sender.ts'
import { sqlSettings } from '../settings.ts'
import { openPostgres } from './client.ts'
import { postgresDialect } from './dialect.ts'
import { isAboutEvents, isServerError, problemOf } from './problem.ts'

const NO_SUCH_TABLE = '42P01'
const NO_RIGHT = '42501'

export const postgresSettings = {
  ...sqlSettings({ port: 5432, longestName: 63 }),
  schema: z
    .string()
    .trim()
    .min(1)
    .max(63)
    .nullable()
    .default(null)
    .describe("Where the tables stand; made when it is missing. Empty: where the user's search path points."),
}
const PostgresTarget = z.object(postgresSettings)
export type PostgresTarget = z.infer<typeof PostgresTarget>

export function postgresDatabase(settings: PostgresTarget, network: Network): Database {
  const where = `${settings.host}:${settings.port}`
  return {
    where,
    dialect: postgresDialect(settings.schema),
    connect: () => openPostgres(settings, network),
    lostTables: (error) => isServerError(error) && error.code === NO_SUCH_TABLE,
    answered: (error) => isServerError(error) && !/^(08|57P|25006)/.test(error.code),
    lacksRight: (error) => isServerError(error) && error.code === NO_RIGHT,
    aboutEvents: isAboutEvents,
    problem: (error) => problemOf(error, where),
  }
}
