// Withings says in the body what others say by the HTTP status, and answers 200 all the same.
import type { HttpResponse } from '../../platform/http.ts'
import { isObject } from './pages.ts'

const OK = 0
const UNAUTHORIZED = new Set([100, 101, 102, 200, 401])
/** Not authorized for this, scope missing, or an action that this plan lacks. */
const FORBIDDEN = new Set([214, 277, 2553, 2554, 2555])
const MISSING = new Set([294, 343])
const TIMEOUT = 522
export const TOO_MANY = 601

/** The HTTP status that an answer amounts to. All that is not known to be something else is a bad question. */
export function httpStatusOf(response: HttpResponse): number {
  if (response.status !== 200) return response.status
  const status = statusOf(response)
  if (status === null || status === OK) return response.status
  if (UNAUTHORIZED.has(status)) return 401
  if (FORBIDDEN.has(status)) return 403
  if (MISSING.has(status)) return 404
  if (status === TIMEOUT) return 504
  return status === TOO_MANY ? 429 : 400
}

/** The status in the body; null when there is none. */
export function statusOf(response: HttpResponse): number | null {
  const body = jsonOf(response)
  return isObject(body) && typeof body.status === 'number' ? body.status : null
}

/** `body.wait_seconds` of a 601: seen in practice and not documented, so it may be missing. */
export function waitSecondsOf(response: HttpResponse): number | null {
  const answer = jsonOf(response)
  const wait = isObject(answer) && isObject(answer.body) ? answer.body.wait_seconds : null
  return typeof wait === 'number' && wait >= 0 ? wait : null
}

export function jsonOf(response: HttpResponse): unknown {
  try {
    return response.json()
  } catch {
    return null
  }
}
