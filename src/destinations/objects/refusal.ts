// What a server of objects or queues answers when it says no, as a result.
import { HttpFailure, type HttpResponse, retryAfterSeconds } from '../../platform/http.ts'
import { retry, type SendResult } from '../destination.ts'

export interface Refusal {
  /** Where it was meant to go, for people. */
  where: string
  response: HttpResponse
  /** The server's own short code. */
  code: string | null
  /** What to do, by such codes, and by statuses where there is no code. */
  mend: Readonly<Record<string, string>>
  now: number
}

export function refusedBy({ where, response: { status, headers }, code, mend, now }: Refusal): SendResult {
  // Codes are names; anything else could be somebody's words.
  const known = code !== null && /^[A-Za-z0-9._#-]{1,80}$/.test(code) ? code : null
  const slowDown =
    status === 429 ||
    status === 503 ||
    (known !== null && /SlowDown|Throttl|ServerBusy|[rR]ateLimitExceeded/.test(known))
  const advice = mend[known ?? String(status)]
  const said = known === null ? String(status) : `${status}, ${known}`
  // A page to log in at, or the way to one: neither a yes nor a no.
  const isElse = status < 400 && advice === undefined
  return {
    next: 'retry',
    message: isElse
      ? `something else answered in place of ${where.replace(/,$/, '')} (${said}): correct the address, or what stands before it`
      : `${where} refused (${said})${advice === undefined ? '' : `: ${advice}`}`,
    status,
    afterSeconds: slowDown ? retryAfterSeconds(headers, now) : null,
    response: null,
    slowDown,
  }
}

/** For requests that had no whole answer. */
export function unanswered(error: unknown): SendResult {
  if (!(error instanceof HttpFailure)) throw error
  return retry(error.message, error.reason === 'timeout')
}
