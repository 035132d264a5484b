// iHealth says in the body what others say by the HTTP status, and answers 200 as often as not.
import type { HttpResponse } from '../../platform/http.ts'
import { jsonObject } from '../token-answers.ts'

/** Access denied, sc or sv not authorized, a type that was not granted or does not exist. */
const FORBIDDEN = new Set(['1', '2', '3', '2003', '5004'])
const UNAUTHORIZED = '2002'
const HOUR_LIMIT = '503'
/** The account lives at another host, which the description names. */
const REGION = '2005'

export interface IHealthError {
  code: string
  /** Where the account lives, when that is what the error is about. */
  host: string | null
}

/** Null when the answer is no error. Codes are numbers or texts, with zeros in front. */
export function errorOf(response: HttpResponse): IHealthError | null {
  const body = jsonObject(response)
  if (body === null || (typeof body.ErrorCode !== 'number' && typeof body.ErrorCode !== 'string')) return null
  const code = String(body.ErrorCode).replace(/^0+(?=\d)/, '')
  const description = typeof body.ErrorDescription === 'string' ? body.ErrorDescription : ''
  return { code, host: code === REGION ? (/[a-z0-9-]+(?:\.[a-z0-9-]+){1,4}/i.exec(description)?.[0] ?? null) : null }
}

/** The HTTP status that an answer amounts to. */
export function httpStatusOf(response: HttpResponse): number {
  const error = errorOf(response)
  if (error === null) return response.status
  if (error.code === UNAUTHORIZED) return 401
  if (error.code === HOUR_LIMIT) return 429
  if (FORBIDDEN.has(error.code)) return 403
  return 400
}
