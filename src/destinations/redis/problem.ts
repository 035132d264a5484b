// What Redis says, as sentences for people. Its errors begin with a word that says which.
import { closedBy, networkProblem } from '../../platform/network.ts'
import { rejected, retry, type SendResult } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'
import { NotPersistent } from './client.ts'

const MEND: Record<string, string> = {
  NOAUTH: 'it wants a password: set it',
  WRONGPASS: 'the user name or the password is wrong: set both anew',
  NOPERM:
    'the user lacks a right: it needs XADD, INFO, WAIT for replicas, SELECT for a database, and the key of the stream',
  WRONGTYPE: 'this key is no stream: take another one, or delete it',
  OOM: 'its memory is full: raise maxmemory, or set max_length',
  MISCONF: 'it cannot write to its disk',
  READONLY: 'it is a replica: give the address of the primary',
  LOADING: 'it is still loading its data',
  MOVED: 'it is a cluster, and another node has this key: give the address of that one',
  CLUSTERDOWN: 'its cluster is down',
  NOREPLICAS: 'too few replicas are connected',
}

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  if (error instanceof NotPersistent) {
    return retry(
      `${where} does not write its changes to disk: switch appendonly on there, or require_persistence off here`,
    )
  }
  const word = wordOf(error)
  if (word !== null) {
    const mend = MEND[word]
    if (mend !== undefined) return retry(`${where} refused (${word}): ${mend}`)
    if (/DB index is out of range|SELECT is not allowed/.test((error as Error).message)) {
      return retry(`${where} has no database of this number: correct database`)
    }
    if (/string exceeds maximum allowed size/.test((error as Error).message)) {
      return rejected(`${where} does not take an event of this size (proto-max-bulk-len)`)
    }
    return retry(`${where} refused (${word})`)
  }
  return retry(networkProblem(error, where) ?? closedBy(where))
}

/** The server looked at the command and said no: the connection is good. Of a replica another one may lead to the new primary. */
export function isAnswer(error: unknown): boolean {
  const word = wordOf(error)
  return word !== null && !['NOAUTH', 'LOADING', 'READONLY'].includes(word)
}

function wordOf(error: unknown): string | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null
  return /^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR'
}
