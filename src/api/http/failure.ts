// What whoever asked hears when a request fails, and what the log does.
import { randomUUID } from 'node:crypto'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import { isUnavailable } from '../../store/errors.ts'
import { problemResponse } from './problem.ts'

const RETRY_AFTER_SECONDS = '2'

/** `instance`: path and query of the request. */
export function failureResponse(
  ctx: Pick<Context, 'log' | 'publicUrl'>,
  error: unknown,
  { instance, reference }: { instance: string; reference: string },
): Response {
  const place = { publicUrl: ctx.publicUrl, instance, reference }
  const fields = { err: error, reference, path: instance.split('?', 1)[0] }
  if (error instanceof ApiError) {
    // Something outside is away, which is no defect of ours. 501 is the caller's: a path that we do not have.
    if (error.status >= 500 && error.status !== 501) ctx.log.warn(fields, 'a request failed')
    return problemResponse(error, place)
  }
  if (isUnavailable(error)) {
    // Nothing was acknowledged: a provider that hears this sends its notification again.
    ctx.log.warn(fields, 'a request could not reach what is stored')
    const headers = { 'retry-after': RETRY_AFTER_SECONDS }
    const unreachable = 'what is stored cannot be reached; try again'
    return problemResponse(new ApiError('not_ready', 503, unreachable, { headers }), place)
  }
  ctx.log.error(fields, 'a request failed unexpectedly')
  const message = `something failed inside Loam; the server's log has it under the reference ${reference}`
  return problemResponse(new ApiError('internal_error', 500, message), place)
}

/** For who sent something that never became a request. */
export function unreadable(ctx: Pick<Context, 'publicUrl'>, status: number, problem: string): Response {
  const place = { publicUrl: ctx.publicUrl, instance: '', reference: randomUUID() }
  return problemResponse(new ApiError('request_unreadable', status, problem), place)
}
