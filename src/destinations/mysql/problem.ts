// What MySQL and MariaDB say, as sentences for people. Their own words about values are left out: they can quote a person's data.
import { closedBy, networkProblem } from '../../platform/network.ts'
import { tlsProblem } from '../../platform/tls-problem.ts'
import { retry, type SendResult } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'

export const COLUMN_IS_THERE = 1060
export const NO_SUCH_TABLE = 1146
/** On a table, or on one of its columns. */
export const NO_RIGHT = new Set([1142, 1143])

const LOGIN =
  'the user or the password is wrong, or the user may not come from here: set both anew, or look at its host'
const RIGHTS =
  'the user lacks a right: it needs CREATE, ALTER, INDEX, SELECT, INSERT, UPDATE and DELETE on the database'
const EXPIRED = 'the password of the user has expired: set another one, there and here'
const LOCKED = 'the user is locked: unlock it there'
const MEND: Record<number, string> = {
  1021: 'its disk is full',
  1040: 'it has no connection to spare: raise max_connections',
  1044: 'the user may not use this database: grant it, or correct the name of the database',
  1045: LOGIN,
  1049: 'there is no such database: create it, or correct its name',
  1053: 'it is shutting down',
  1054: 'a table lacks a column: put it back, or rename the table, and another one is made',
  1114: 'a table or its disk is full',
  1129: 'it blocks our host after too many failed connections: mysqladmin flush-hosts there',
  1130: 'the user may not come from our host: change the host of the user',
  1142: RIGHTS,
  1143: RIGHTS,
  [NO_SUCH_TABLE]: 'a table was dropped; it is made again with the next attempt',
  1193: 'it does not know innodb_flush_log_at_trx_commit or sync_binlog: switch require_persistence off when it keeps commits by itself',
  1203: 'the user has no connection to spare: raise max_user_connections',
  1205: 'another transaction was in the way',
  1213: 'another transaction was in the way',
  1226: 'the user has used up what it may: raise its limits',
  1227: RIGHTS,
  1290: 'it is read-only: give the address of the primary',
  1461: 'it keeps no more prepared statements: raise max_prepared_stmt_count',
  1665: 'its binary log takes no such transactions: set binlog_format to ROW or MIXED',
  1698: LOGIN,
  1792: 'it is read-only: give the address of the primary',
  1820: EXPIRED,
  1836: 'it is read-only: give the address of the primary',
  1862: EXPIRED,
  1927: 'somebody ended the connection',
  3118: LOCKED,
  3159: 'it wants TLS: switch it on',
  4031: 'it closed an idle connection',
  4151: LOCKED,
}

/** The library puts a code of its own in place of Node's. */
const TLS_MESSAGES: [RegExp, string][] = [
  [/has expired/, 'CERT_HAS_EXPIRED'],
  [/not yet valid/, 'CERT_NOT_YET_VALID'],
  [/does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
]

const READ_ONLY = new Set([1290, 1792, 1836])

const VALUE =
  'a value does not fit its column: undo what was changed there, or rename the table, and another one is made'
const NULL = 'a column takes no null: give it a default, or drop it'
const RULE = 'a rule of a table does not take this event: change or drop it'
const TRIGGER = 'a trigger there does not take this event: change or drop it'
const INDEX = 'a unique index that is not one of Loam does not take this event: drop it'
const KEY = 1062
const NO_NULL = 1048

/**
 * What is in the statement, and what the tables take by now: too long, out of range, no text of their character set, null, a
 * broken check or key. Loam's own tables take every event, so somebody changed them, and may undo that.
 */
const ABOUT_EVENTS: Record<number, string> = {
  [NO_NULL]: NULL,
  [KEY]: INDEX,
  1264: VALUE,
  1292: VALUE,
  1364: NULL,
  1366: 'a character does not fit its column: convert the table to utf8mb4',
  1367: VALUE,
  1369: RULE,
  1406: VALUE,
  1452: RULE,
  1526: RULE,
  1644: TRIGGER,
  3140: VALUE,
  3141: VALUE,
  3819: RULE,
  4025: RULE,
}

/** With the setting that has to be 1. */
export class NotDurable extends Error {
  readonly setting: string

  constructor(setting: string) {
    super('the server may lose commits')
    this.setting = setting
  }
}
/** A statement would be. */
export class TooLarge extends Error {}

interface ServerError extends Error {
  errno: number
  sqlState: string
  fatal?: boolean
}

export function isServerError(error: unknown): error is ServerError {
  return error instanceof Error && 'sqlState' in error && 'errno' in error && typeof error.errno === 'number'
}

/** It is about what the batch holds: one of its events alone may fare better. */
export function isAboutEvents(error: unknown): boolean {
  return error instanceof TooLarge || (isServerError(error) && ABOUT_EVENTS[error.errno] !== undefined)
}

/** The server said no, and the connection is good. Another one may lead to the new primary, where the address is its name. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof NotDurable || isAboutEvents(error)) return true
  return isServerError(error) && error.fatal !== true && !READ_ONLY.has(error.errno)
}

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  if (error instanceof NotDurable) {
    return retry(
      `${where} does not write every commit to its disk: set ${error.setting} to 1 there, or switch require_persistence off here`,
    )
  }
  if (error instanceof TooLarge)
    return retry(`an event is larger than the max_allowed_packet of ${where}: raise that, or set max_bytes here`)
  if (!isServerError(error))
    return retry(
      clientProblem(error, where) ??
        networkProblem(error, where) ??
        `${where} does not answer as MySQL does: check its host and port`,
    )
  const { errno } = error
  const mend = MEND[errno] ?? keyProblem(error) ?? ABOUT_EVENTS[errno]
  return retry(`${where} refused (${errno})${mend === undefined ? '; its log says why' : `: ${mend}`}`)
}

/** Of a unique key: ours, which another writer was quicker to use, or one that somebody added (see `sameKey`). */
function keyProblem({ errno, message }: ServerError): string | undefined {
  if (errno === KEY && /for key '([^']*\.)?PRIMARY'$/.test(message))
    return 'a row with this key is there already; the next attempt looks again'
  const isKey = /^Column '(user_id|record_key|event_id|data_type)' cannot be null/.test(message)
  return errno === KEY || (errno === NO_NULL && isKey) ? INDEX : undefined
}

function clientProblem(error: unknown, where: string): string | null {
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return `${where} offers no TLS: switch tls off, or TLS on there`
  if (code === 'HANDSHAKE_SSL_ERROR') {
    if (/disconnected|ECONNRESET|hang up/.test(String(message)))
      return `${where} closed the connection when TLS began: check the client certificate`
    const [, known = code] = TLS_MESSAGES.find(([said]) => said.test(String(message))) ?? []
    const { said, mend } = tlsProblem(known, where)
    return `${said}: ${mend}`
  }
  if (code === 'PROTOCOL_CONNECTION_LOST') return closedBy(where)
  if (code === 'AUTH_SWITCH_PLUGIN_ERROR' || code === 'AUTH_SWITCH_PLUGIN_NOT_FOUND')
    return `${where} wants a kind of log-in that is not spoken here: give the user a password (caching_sha2_password or mysql_native_password)`
  return null
}
