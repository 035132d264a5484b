// What PostgreSQL says, as sentences for people. Its own words about values are left out: they can quote a person's data.
import { closedBy, networkProblem } from '../../../platform/network.ts'
import { retry, type SendResult } from '../../destination.ts'
import { silent, TimedOut } from '../../kept-connection.ts'

const TOO_SLOW = '57014'
const MEND: Record<string, string> = {
  '28000': "the user may not log in that way: check the user, TLS, and the server's pg_hba.conf",
  '28P01': 'the user or the password is wrong: set both anew',
  '3D000': 'there is no such database: create it, or correct its name',
  '3F000': 'there is no such schema: give the user the right to create it, or correct its name',
  '42501':
    'the user lacks a right: it needs CREATE on the schema (on the database, where the schema is not there yet), and SELECT, INSERT, UPDATE and DELETE on the tables',
  '53100': 'its disk is full',
  '53300':
    "it has no connection to spare: raise max_connections or, where it has one, the user's own limit, or use a pooler",
  [TOO_SLOW]: 'a statement took too long: look for locks, or for a server that is short of everything',
  '57P01': 'it is shutting down, or somebody ended the connection',
  '57P03': 'it is starting up or recovering',
  '25006': 'it is read-only: give the address of the primary, or look at default_transaction_read_only',
  '42P01': 'a table was dropped; it is made again with the next attempt',
  '42703': 'a table lacks a column: put it back, or rename the table, and another one is made',
  '42P10': 'a table lacks its primary key: put it back, or rename the table, and another one is made',
  '22P05': 'a character does not fit: the database has to be in UTF8, and the columns of Loam as they were made',
  P0001: 'a trigger there does not take this event: change or drop it',
  '40P01': 'another transaction was in the way',
  '40001': 'another transaction was in the way',
}

interface ServerError extends Error {
  code: string
  severity: string
  /** Names of what was in the way, for some codes. They are the schema's, never a value. */
  table?: string
  column?: string
  constraint?: string
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  if (!isServerError(error)) return retry(networkProblem(error, where) ?? clientProblem(error, where))
  const { code } = error
  const mend = MEND[code] ?? ruleProblem(error)
  return retry(
    `${where} refused (${code})${mend === undefined ? '; its log says why' : `: ${mend}`}`,
    code === TOO_SLOW,
  )
}

/**
 * Classes 21 to 23, 44 and P0: what is in the statement, and what the tables take by now. Loam's own tables take every event,
 * so somebody changed them, and may undo that.
 */
export function isAboutEvents(error: unknown): boolean {
  return isServerError(error) && /^(2[123]|44|P0)/.test(error.code)
}

function ruleProblem(error: ServerError): string | undefined {
  const { code, table, column, constraint } = error
  if (!isAboutEvents(error)) return undefined
  if (/^2[12]/.test(code))
    return 'a value does not fit its column: undo what was changed there, or rename the table, and another one is made'
  if (code === '23502') return `column ${column} of ${table} takes no null: give it a default, or drop it`
  if (code === '23505' && constraint === `${table}_pkey`)
    return 'a row with this key is there already; the next attempt looks again'
  const rule = constraint === undefined ? 'a rule of a table' : `the constraint ${constraint} of ${table}`
  return `${rule} does not take this event: change or drop it`
}

function clientProblem(error: unknown, where: string): string {
  const text = error instanceof Error ? error.message : ''
  if (text === 'The server does not support SSL connections')
    return `${where} offers no TLS: switch tls off, or TLS on there`
  if (/timeout|terminated due to connection timeout/i.test(text)) return silent(where, error)
  if (/Connection terminated|Client has encountered a connection error/.test(text)) return closedBy(where)
  if (/SASL|password must be/i.test(text)) return `${where} wants a password: set it`
  return `${where} does not answer as PostgreSQL does: check its host and port`
}
