// What NATS and its library say, as sentences for people.
import { closedBy, networkProblem } from '../../platform/network.ts'
import { retry, type SendResult, tooLarge } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'

export function problemOf(error: unknown, where: string, subject: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  const text = textOf(error)
  if (/is no NATS server/.test(text)) return retry(`${where} is no NATS server: correct host and port`)
  if (/does not support 'tls'/.test(text)) return retry(`${where} offers no TLS: switch tls off, or TLS on there`)
  if (/no ?responders|503/i.test(text)) {
    return retry(`${where} has no stream that listens to ${subject}: create one, or correct the subject`)
  }
  if (/authorization violation|user authentication|authentication (timeout|expired)/i.test(text)) {
    return retry(`${where} refused: the user, the password or the token is wrong: set them anew`)
  }
  if (/permissions? violation for subscription/i.test(text))
    return retry(`${where} refused: the user may not subscribe to _INBOX.>, where a stream answers: allow that`)
  if (/permissions? violation/i.test(text)) return retry(`${where} refused: the user may not publish to ${subject}`)
  if (/max[_ ]?payload|message size exceeds/i.test(text)) {
    return tooLarge(
      `${where} does not take an event of this size: raise max_payload or max_msg_size, or set max_bytes here`,
    )
  }
  if (/maximum (bytes|messages|consumers)|insufficient (resources|storage)|no space/i.test(text)) {
    return retry(`the stream of ${subject} at ${where} is full: raise its limits, or let it discard the oldest`, true)
  }
  if (/sealed/i.test(text)) return retry(`the stream of ${subject} at ${where} is sealed: create another one`)
  if (/timeout/i.test(text)) return retry(silent(where, error), true)
  if (isAnswer(error))
    return retry(`the stream of ${subject} at ${where} did not take it (${codeOf(error)}); its log says why`)
  return retry(networkProblem(error, where) ?? closedBy(where))
}

/** The server looked at the message and said no: the connection is good. */
export function isAnswer(error: unknown): boolean {
  return error instanceof Error && /JetStream|ApiError|NoResponders/i.test(`${error.name} ${error.constructor.name}`)
}

/** JetStream numbers its errors. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown }
  return typeof code === 'number' ? String(code) : 'unknown'
}

function textOf(error: unknown, depth = 0): string {
  if (!(error instanceof Error) || depth > 5) return ''
  return `${error.name} ${error.message} ${textOf(error.cause, depth + 1)}`
}
