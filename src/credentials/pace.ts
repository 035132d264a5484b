// Stays below what a provider allows instead of finding out: a token bucket for each connection and each application.
import type { RateLimit } from '../connectors/connector.ts'
import type { Clock } from '../platform/clock.ts'
import { ProviderError } from '../platform/errors.ts'
import type { Application } from './client.ts'

interface Bucket {
  left: number
  at: number
}

/** Longer waits go back to the queue instead of holding a worker. */
const LONGEST_WAIT_MS = 5000
const MAX_BUCKETS = 50_000
const buckets = new Map<string, Bucket>()

export async function pace(clock: Clock, application: Application, userId: string | null): Promise<void> {
  const { connector, client } = application
  for (const [i, limit] of all(connector.limits.application).entries()) {
    await take(clock, `application:${connector.id}:${client.id}:${i}`, limit)
  }
  if (userId === null) return
  for (const [i, limit] of all(connector.limits.connection).entries())
    await take(clock, `connection:${userId}:${i}`, limit)
}

function all(limits: RateLimit | readonly RateLimit[] | undefined): readonly RateLimit[] {
  return limits === undefined ? [] : Array.isArray(limits) ? limits : [limits as RateLimit]
}

async function take(clock: Clock, name: string, limit: RateLimit): Promise<void> {
  const now = clock.now()
  const perMs = limit.requests / (limit.perSeconds * 1000)
  const bucket = buckets.get(name) ?? { left: limit.requests, at: now }
  buckets.delete(name)
  buckets.set(name, bucket)
  if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value!)
  bucket.left = Math.min(limit.requests, bucket.left + Math.max(0, now - bucket.at) * perMs)
  bucket.at = now
  const wait = bucket.left >= 1 ? 0 : (1 - bucket.left) / perMs
  if (wait > LONGEST_WAIT_MS) {
    throw new ProviderError('the budget of calls to the provider is used up', {
      next: 'retry',
      afterSeconds: Math.ceil(wait / 1000),
      rateLimited: true,
    })
  }
  bucket.left -= 1
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
}
