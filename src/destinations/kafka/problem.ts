// What brokers and the client library say, as sentences for people.
import { networkProblem } from '../../platform/network.ts'
import { retry, type SendResult, tooLarge } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'

/** By the names that Kafka's protocol has for them. */
const MEND: Record<string, string> = {
  SASL_AUTHENTICATION_FAILED: 'the user name or the password is wrong: set both anew',
  UNSUPPORTED_SASL_MECHANISM: 'it knows no such sasl: choose another one',
  ILLEGAL_SASL_STATE: 'it expects sasl: choose one',
  TOPIC_AUTHORIZATION_FAILED:
    'the user lacks a right: it needs WRITE and DESCRIBE on the topic, and CREATE where it is to be made',
  // Since Kafka 2.8, of who may write to no topic at all.
  CLUSTER_AUTHORIZATION_FAILED:
    'the user lacks a right: it needs WRITE and DESCRIBE on the topic, and IDEMPOTENT_WRITE on the cluster where it has those',
  UNKNOWN_TOPIC_OR_PARTITION: 'there is no such topic: create it, or correct its name',
  INVALID_TOPIC_EXCEPTION: 'it takes no topic of this name: correct it',
  LEADER_NOT_AVAILABLE: 'a partition has no leader: look after the brokers',
  NOT_LEADER_OR_FOLLOWER: 'a partition moved to another broker',
  NOT_ENOUGH_REPLICAS: 'too few replicas are in sync: look after the brokers',
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: 'too few replicas are in sync: look after the brokers',
  KAFKA_STORAGE_ERROR: 'its disk failed or is full',
  THROTTLING_QUOTA_EXCEEDED: 'it is over its quota',
  POLICY_VIOLATION: 'a policy there forbids it; its log says which',
  CORRUPT_MESSAGE: 'the message was damaged on the way',
  INVALID_TIMESTAMP:
    'the topic takes no messages of this time: set the clock of this server, or raise message.timestamp.before.max.ms and message.timestamp.after.max.ms',
  INVALID_RECORD:
    'the topic takes no such message: where it is compacted, it wants a key, which events of nobody lack, so set cleanup.policy to delete',
}
/** It may be about a single one. */
const ABOUT_MESSAGE = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'CORRUPT_MESSAGE'])

/** Codes of the library's for what holds others, and Kafka's for the messages beside the one that was meant. */
const UNSPECIFIC = /^(PLT_KFK_(MULTIPLE|RESPONSE|PROTOCOL|USER)|UNKNOWN_SERVER_ERROR)$/

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  const codes = codesOf(error)
  const about = codes.find((code) => ABOUT_MESSAGE.has(code) && MEND[code] === undefined)
  if (about !== undefined) {
    return tooLarge(
      `${where} does not take this event (${about}): raise max.message.bytes of the topic, or lower max_message_bytes here`,
    )
  }
  const known = codes.find((code) => MEND[code] !== undefined)
  if (known !== undefined) return retry(`${where} refused (${known}): ${MEND[known]}`)
  if (says(error, 'Broker requires TLS')) return retry(`${where} wants TLS: switch tls on`)
  if (says(error, 'Unknown topic ')) return retry(`${where} refused: ${MEND.UNKNOWN_TOPIC_OR_PARTITION}`)
  const network = networkProblem(error, where)
  if (network !== null) return retry(network)
  // Whoever hangs up while we log in has said nothing of the user.
  const login = codes.indexOf('PLT_KFK_AUTHENTICATION')
  if (login !== -1 && codes[login + 1] !== 'PLT_KFK_NETWORK')
    return retry(`${where} refused: ${MEND.SASL_AUTHENTICATION_FAILED}`)
  if (codes.includes('PLT_KFK_TIMEOUT')) return retry(silent(where, error), true)
  if (codes.includes('PLT_KFK_NETWORK'))
    return retry(`${where} closed the connection: check that TLS, client_certificate and sasl are set as it expects`)
  return retry(`${where} could not be used (${codes.find((code) => !UNSPECIFIC.test(code)) ?? codes[0] ?? 'unknown'})`)
}

/** The broker looked at the messages and said no: the connection is good. */
export function isAboutMessage(error: unknown): boolean {
  return codesOf(error).some((code) => ABOUT_MESSAGE.has(code))
}

/** The library finds some things by itself. */
function says(error: unknown, text: string, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 8) return false
  const { errors } = error as { errors?: unknown }
  const parts = [error.cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]
  return error.message.startsWith(text) || parts.some((part) => says(part, text, depth + 1))
}

/** Of an error, its causes and its parts, outermost first: Kafka's names, and the library's own codes. */
function codesOf(error: unknown, depth = 0): string[] {
  if (typeof error !== 'object' || error === null || depth > 8) return []
  const { apiId, code, cause, errors } = error as { apiId?: unknown; code?: unknown; cause?: unknown; errors?: unknown }
  const own = [apiId, code].filter((each) => typeof each === 'string')
  const parts = [cause, ...(Array.isArray(errors) ? (errors as unknown[]) : [])]
  return [...own, ...parts.flatMap((part) => codesOf(part, depth + 1))]
}
