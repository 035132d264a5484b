// The one shape of every error: RFC 9457's members, the `status` and `message` that older clients read, and our own
// `code`, `docs` and `reference`.
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { ApiError } from '../../platform/errors.ts'

export const Problem = z
  .looseObject({
    type: z.literal('about:blank'),
    title: z.string().describe("The HTTP status' name in lower case."),
    instance: z.string().describe('Path and query of the request.'),
    detail: z.string().describe('What is wrong and what to do.'),
    status: z.literal('error'),
    message: z.string().describe('The same as `detail`.'),
    code: z.string().describe('Stable: what programs should look at. `/docs/errors` lists all.'),
    docs: z.string().describe('A page about this code.'),
    reference: z.string().describe("The answer's `terra-reference`: name it when you report a problem."),
  })
  .meta({ id: 'Problem', description: 'What every error looks like.' })
export type Problem = z.infer<typeof Problem>

export interface ProblemPlace {
  publicUrl: string
  /** Path and query. */
  instance: string
  reference: string
}

export function problemResponse(error: ApiError, place: ProblemPlace): Response {
  const body: Problem = {
    type: 'about:blank',
    title: (STATUS_CODES[error.status] ?? 'error').toLowerCase(),
    instance: place.instance,
    detail: error.message,
    status: 'error',
    message: error.message,
    code: error.code,
    docs: `${place.publicUrl}/docs/errors#${error.code}`,
    reference: place.reference,
    ...error.extra,
  }
  return new Response(JSON.stringify(body), {
    status: error.status,
    headers: {
      'content-type': 'application/problem+json',
      'terra-reference': place.reference,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(error.status === 401 ? { 'www-authenticate': 'ApiKey realm="loam"' } : {}),
      ...error.headers,
    },
  })
}
