// A provider's public keys: asked for now and then, not for each notification that they check.
import type { HttpResponse } from '../platform/http.ts'
import type { Context } from '../store/context.ts'

const KEPT_MS = 3_600_000
/** Whoever signs with a key that is in no set must not make us ask each time. */
const FRESH_AFTER_MS = 60_000
const MOST = 100

interface Kept {
  askedAt: number
  answer: Promise<HttpResponse>
}

/** By the process's HTTP, so that servers of one process share nothing. */
const keptOf = new WeakMap<Context['http'], Map<string, Kept>>()

/** `fresh`: what is kept did not have the key. A failure is not kept. */
export async function publicKeys(
  { http, clock }: Pick<Context, 'http' | 'clock'>,
  url: string,
  fresh: boolean,
): Promise<HttpResponse> {
  let kept = keptOf.get(http)
  if (kept === undefined) keptOf.set(http, (kept = new Map()))
  const now = clock.now()
  const present = kept.get(url)
  if (present !== undefined && now - present.askedAt < (fresh ? FRESH_AFTER_MS : KEPT_MS)) return present.answer
  if (kept.size >= MOST) kept.clear()
  const asked: Kept = { askedAt: now, answer: http.send({ url }) }
  kept.set(url, asked)
  try {
    const answer = await asked.answer
    if (answer.status !== 200 && kept.get(url) === asked) kept.delete(url)
    return answer
  } catch (error) {
    if (kept.get(url) === asked) kept.delete(url)
    throw error
  }
}
