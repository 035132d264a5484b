// What PostgreSQL says, as sentences for people. Its own words about values are left out: they can quote a person's data.
import { closedBy, networkProblem } from '../../../platform/network.ts'
import { rejected, retry, type SendResult } from '../../destination.ts'
import { silent, TimedOut } from '../../kept-connection.ts'

const MEND: Record<string, string> = {
  '28000': "the user may not log in that way: check the user, TLS, and the server's pg_hba.conf",
  '28P01': 'the user or the password is wrong: set both anew',
  '3D000': 'there is no such database: create it, or correct its name',
  '3F000': 'there is no such schema: give the user the right to create it, or correct its name',
  '42501':
    'the user lacks a right: it needs CREATE on the schema (on the database, where the schema is not there yet), and SELECT, INSERT, UPDATE and DELETE on the tables',
  '53100': 'its disk is full',
  '53300': 'it has no connection to spare: raise max_connections, or use a pooler',
  '57014': 'a statement took too long: look for locks, or for a server that is short of everything',
  '57P01': 'it is shutting down',
  '57P03': 'it is starting up or recovering',
  '25006': 'it is read-only: give the address of the primary',
  '42P01': 'a table was dropped; it is made again with the next attempt',
  '42703': 'a table lacks a column: rename the table, and another one is made',
  '23505': 'a row with this key is there already; the next attempt looks again',
  '40P01': 'another transaction was in the way',
  '40001': 'another transaction was in the way',
}

interface ServerError extends Error {
  code: string
  severity: string
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string'
}

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  if (!isServerError(error)) return retry(networkProblem(error, where) ?? clientProblem(error, where))
  const { code } = error
  const mend = MEND[code]
  if (mend !== undefined) return retry(`${where} refused (${code}): ${mend}`)
  if (isAboutValues(error)) return rejected(`${where} cannot store what is in this event (${code})`)
  return retry(`${where} refused (${code}); its log says why`)
}

/** Classes 21 and 22: what is in the statement, not how the database is. */
export function isAboutValues(error: unknown): boolean {
  return isServerError(error) && /^2[12]/.test(error.code)
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
