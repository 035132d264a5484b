// What a database error means, on both engines.
import { BodiesUnavailable } from './bodies.ts'

/** More waits for the database than there is room or time for. Nothing of this was sent to it. */
export class Overloaded extends Error {
  override name = 'Overloaded'
}

interface Coded {
  code?: unknown
  errcode?: unknown
  errstr?: unknown
}

/** A row with this key exists already. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as Coded
  // SQLITE_CONSTRAINT_PRIMARYKEY, SQLITE_CONSTRAINT_UNIQUE; PostgreSQL's unique_violation.
  return errcode === 1555 || errcode === 2067 || code === '23505'
}

/** What a row refers to is not there, or not any more. */
export function isForeignKeyViolation(error: unknown): boolean {
  const { code, errcode } = (error ?? {}) as Coded
  // SQLITE_CONSTRAINT_FOREIGNKEY; PostgreSQL's foreign_key_violation.
  return errcode === 787 || code === '23503'
}

/** The client library says these without a code. */
const CONNECTION_TROUBLE =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Query read timeout)/

const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETUNREACH',
  'ENFILE',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
])

/** Nothing was wrong with the statement: the database, or where bodies lie, is away, full or busy. Try again later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof BodiesUnavailable || error instanceof Overloaded) return true
  const { code, errcode } = (error ?? {}) as Coded
  if (typeof errcode === 'number') return [5, 6, 10, 13, 14].includes(errcode & 0xff)
  if (typeof code !== 'string') return error instanceof Error && CONNECTION_TROUBLE.test(error.message)
  // 28 and 3D: it lets nobody in, as while a password changes or the database is put back.
  return /^(08|28|3D|53|57P|25006|25P03)/.test(code) || AWAY.has(code)
}
