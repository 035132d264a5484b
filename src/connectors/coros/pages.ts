// What stands around the data: `{result, message, data}`, errors with HTTP 200.
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import { UnreadablePage } from '../connector.ts'

const GOOD = '0000'
const BAD_TOKEN = '1001'
const BAD_PARAMETER = '1002'
/** Not certain: what COROS answers when its own side is in trouble. */
const IN_TROUBLE = '2001'

export function dataOf(kind: string, payload: unknown): unknown {
  const { result, data } = (payload ?? {}) as { result?: unknown; data?: unknown }
  if (typeof result !== 'string') return payload
  if (result !== GOOD) throw new UnreadablePage(kind, 'result', '"0000" (this is an error and no page)')
  return data ?? []
}

/** What a `result` other than good means as a status; null for a good one, or for an answer that has none. */
export function statusIn(response: HttpResponse): number | null {
  // A status that says it itself stands: what is in a 429 or a 500 is no word of COROS's own.
  if (response.status >= 300) return null
  const result = resultOf(response)
  if (result === null || result === GOOD) return null
  if (result === BAD_TOKEN) return 401
  if (result === BAD_PARAMETER) return 400
  return result === IN_TROUBLE ? 503 : 400
}

export function resultOf(response: HttpResponse): string | null {
  try {
    const { result } = response.json() as { result?: unknown }
    return typeof result === 'string' ? result : null
  } catch {
    return null
  }
}

export function refused(what: string, response: HttpResponse): ProviderError {
  const result = resultOf(response) ?? String(response.status)
  return new ProviderError(`COROS refused ${what} (${result})`, { next: 'reauthorize', status: response.status })
}
