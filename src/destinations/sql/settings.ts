// What every database destination asks for.
import { z } from 'zod'
import { hostSetting } from '../host.ts'
import { tlsSettings } from '../tls.ts'

export function sqlSettings({ port, longestName }: { port: number; longestName: number }) {
  return {
    host: hostSetting,
    port: z.int().min(1).max(65_535).default(port).describe('Its port.'),
    database: z.string().min(1).max(longestName).describe('The database; it exists already.'),
    user: z.string().min(1).max(longestName).describe('A user that may create tables and write to them.'),
    password: z
      .string()
      .max(1024)
      .nullable()
      .default(null)
      .meta({ secret: true })
      .describe('Of the user. Empty: none is sent.'),
    mode: z
      .enum(['insert', 'upsert'])
      .default('insert')
      .describe(
        "insert: Terra's tables, a row for every event. upsert: a table for each type of record, with one row for each record.",
      ),
    on_deauth: z
      .enum(['keep', 'delete'])
      .default('keep')
      .describe('What happens to the rows of a person whose connection was removed.'),
    ...tlsSettings,
  }
}

const SqlSettings = z.object(sqlSettings({ port: 0, longestName: 0 }))
export type SqlSettings = z.infer<typeof SqlSettings>
