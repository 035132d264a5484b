// Events as rows of a MySQL or MariaDB database: Terra's tables, or a table for each type of record.
import { z } from 'zod'
import { defineDestination } from '../destination.ts'
import { sqlSender } from '../sql/sender.ts'
import { sqlSettings } from '../sql/settings.ts'
import { openMysql } from './client.ts'
import { mysqlDialect } from './dialect.ts'
import { isAboutEvents, isAnswer, isServerError, NO_RIGHT, NO_SUCH_TABLE, problemOf } from './problem.ts'

export const MysqlSettings = z.object({
  ...sqlSettings({ port: 3306, longestName: 80 }),
  require_persistence: z
    .boolean()
    .default(true)
    .describe(
      'Refuse a server that does not write every commit to disk (innodb_flush_log_at_trx_commit; with a binary log, sync_binlog).',
    ),
})
export type MysqlSettings = z.infer<typeof MysqlSettings>

export const mysql = defineDestination({
  id: 'mysql',
  name: 'MySQL and MariaDB',
  description: "Rows in a database of yours: Terra's tables, or one table for each type of record.",
  settings: MysqlSettings,
  reaches: ({ host }) => ({ host: [host] }),
  target: ({ host, port, database }) => `${host}:${port}/${database}`,
  batch: { events: 64, bytes: 4_000_000 },
  open(settings, world) {
    const where = `${settings.host}:${settings.port}`
    return sqlSender(
      {
        where,
        dialect: mysqlDialect,
        connect: () => openMysql(settings, world.network),
        lostTables: (error) => isServerError(error) && error.errno === NO_SUCH_TABLE,
        answered: isAnswer,
        lacksRight: (error) => isServerError(error) && NO_RIGHT.has(error.errno),
        aboutEvents: isAboutEvents,
        problem: (error) => problemOf(error, where),
      },
      settings,
      world,
    )
  },
})
