// What MongoDB says, as sentences for people. Its own words about values are left out: they can quote a person's data.
import { closedBy, networkProblem } from '../../platform/network.ts'
import { rejected, retry, type SendResult } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'
import { HostFailed, NotPrimary } from './client.ts'
import { NoSuchCluster } from './hosts.ts'

const IS_THERE = 11_000
const LOGIN = 'the user or the password is wrong, or auth_source does not know the user: set them anew'
const ANOTHER_PRIMARY = 'it is no longer the primary; the next attempt looks for the new one'
const MEND: Record<number, string> = {
  13: 'the user lacks a right: it needs the role readWrite on the database',
  18: LOGIN,
  64: 'a majority did not have the write in time: look after the other servers',
  79: 'a majority cannot be asked for there',
  91: 'it is shutting down',
  100: 'too few servers are there for a majority',
  189: ANOTHER_PRIMARY,
  8000: LOGIN,
  10_058: ANOTHER_PRIMARY,
  10_107: ANOTHER_PRIMARY,
  11_600: 'it is shutting down',
  11_602: ANOTHER_PRIMARY,
  121: 'a validator of the collection does not take this event: change or drop it',
  [IS_THERE]:
    'another writer was quicker, or a unique index that is not one of Loam does not take this event: drop that index',
  13_435: ANOTHER_PRIMARY,
  14_031: 'its disk is full',
}

/** What is in the documents: their values, their size, their names. */
const ABOUT_VALUES = new Set([2, 14, 52, 56, 57, 10_334, 17_280, 17_419])

/** Who gave them may take them away again. */
const RULES = new Set([121, IS_THERE])

export function problemOf(error: unknown, hosts: string): SendResult {
  if (error instanceof HostFailed) return problemOf(error.cause, error.where)
  const where = hosts
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  if (error instanceof NotPrimary) return retry(`${where} is not the primary: give the address of that one as well`)
  if (error instanceof NoSuchCluster)
    return retry(`DNS names no servers of ${where}: check the name, or switch srv off for the address of a server`)
  const code = codeOf(error)
  if (code === null) return retry(networkProblem(error, where) ?? clientProblem(error, where))
  const mend = MEND[code]
  if (mend !== undefined) return retry(`${where} refused (${code}): ${mend}`)
  if (isAboutEvents(error)) return rejected(`${where} cannot store what is in this event (${code})`)
  return retry(`${where} refused (${code}); its log says why`)
}

/**
 * Of what is in the documents, and of rules that somebody gave the collections: one of the events alone may fare better. The
 * server looked at it and said no, so the connection is good.
 */
export function isAboutEvents(error: unknown): boolean {
  const code = codeOf(error)
  return isTooLarge(error) || (code !== null && (ABOUT_VALUES.has(code) || RULES.has(code)))
}

/** Nothing is wrong but that documents with these ids are there. */
export function isOnlyThere(error: unknown): boolean {
  const { result } = error as { result?: { getWriteConcernError?(): unknown } }
  return codeOf(error) === IS_THERE && (result?.getWriteConcernError?.() ?? null) === null
}

function writeErrorsOf(error: unknown): { code: number }[] {
  const { writeErrors } = error as { writeErrors?: unknown }
  return [writeErrors ?? []].flat() as { code: number }[]
}

/** Of the first thing that is wrong. Ids that are there are none, beside another one. */
function codeOf(error: unknown): number | null {
  const wrong = writeErrorsOf(error).find(({ code }) => code !== IS_THERE)
  if (wrong !== undefined) return wrong.code
  const { code } = error as { code?: unknown }
  return typeof code === 'number' ? code : null
}

/** The library measures documents before it sends them. */
function isTooLarge(error: unknown): boolean {
  const text = error instanceof Error ? error.message : ''
  return (
    /^BSON|BSONObj/.test(error instanceof Error ? error.name : '') ||
    /larger than the maximum size|too large/i.test(text)
  )
}

function clientProblem(error: unknown, where: string): string {
  const name = error instanceof Error ? error.name : ''
  if (/Timeout|ServerSelection/.test(name)) return silent(where, error)
  // Of many calls one is told of the connection, the others that all of them were given up.
  if (/Network|PoolCleared|ClientClosed|ExpiredSession/.test(name)) return closedBy(where)
  if (/Compatibility/.test(name)) return `${where} is too old: MongoDB 4.4 or newer is needed`
  return `${where} could not be used`
}
