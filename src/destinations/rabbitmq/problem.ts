// What RabbitMQ says, as sentences for people. Its refusals carry a number and a name.
import { networkProblem } from '../../platform/network.ts'
import { retry, type SendResult, tooLarge } from '../destination.ts'
import { silent, TimedOut } from '../kept-connection.ts'

export function problemOf(error: unknown, where: string): SendResult {
  if (error instanceof TimedOut) return retry(silent(where, error), true)
  const text = error instanceof Error ? error.message : ''
  if (/ACCESS[_-]REFUSED|\b403\b/i.test(text)) {
    return /login|authentication|PLAIN/i.test(text)
      ? retry(`${where} refused: the user or the password is wrong: set both anew`)
      : retry(`${where} refused: the user lacks a right: it needs "write" on the exchange`)
  }
  if (/NOT[_-]FOUND|\b404\b/i.test(text)) {
    return /exchange/i.test(text)
      ? retry(`${where} has no such exchange: create it, or correct its name`)
      : retry(`${where} has no such virtual host: correct its name`)
  }
  // Of a connection that was opened, so the user is right: only the virtual host can be wrong.
  if (/NOT[_-]ALLOWED|\b530\b|ConnectionOpenOk/i.test(text)) {
    return retry(`${where} refused: the virtual host is not there, or the user may not use it`)
  }
  if (/RESOURCE[_-]ERROR|blocked/i.test(text)) return retry(`${where} is short of memory or disk`, true)
  if (isTooLarge(error)) {
    return tooLarge(`${where} does not take an event of this size: raise max_message_size, or set max_bytes here`)
  }
  // Without a reason, a broker of this kind closes the socket of whoever has the wrong password.
  if (/Handshake terminated by server/i.test(text)) {
    return retry(
      `${where} refused: the user or the password is wrong, or the virtual host may not be used: set them anew`,
    )
  }
  return retry(
    networkProblem(error, where) ??
      `${where} closed the connection: check user and password, and that TLS is set as it expects`,
  )
}

/** One of the messages is larger than the broker takes. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof Error && /PRECONDITION[_-]FAILED/i.test(error.message) && /size/i.test(error.message)
}
