// Webhook subscriptions of an application.
import { randomUUID } from 'node:crypto'
import type { Kit } from '../kit/kit.ts'

export interface Subscription {
  id: string
  client_id: string
  callback_url: string
  verification_token: string
  event_type: string
  data_type: string
  expiration_time: string
}

const LIFETIME_MS = 90 * 86_400_000

const prefix = (clientId: string): string => `subscription:${clientId}:`

export async function subscriptions(kit: Kit, clientId: string): Promise<Subscription[]> {
  return (await kit.state.list(prefix(clientId))).map((row) => JSON.parse(row.value) as Subscription)
}

export async function saveSubscription(kit: Kit, subscription: Subscription): Promise<void> {
  await kit.state.put(prefix(subscription.client_id) + subscription.id, JSON.stringify(subscription))
}

export async function removeSubscription(kit: Kit, clientId: string, id: string): Promise<boolean> {
  return (await kit.state.take(prefix(clientId) + id)) !== null
}

export function expirationFrom(now: number): string {
  return `${new Date(now + LIFETIME_MS).toISOString().slice(0, 23)}000`
}

export function newSubscription(
  clientId: string,
  wanted: Pick<Subscription, 'callback_url' | 'verification_token' | 'event_type' | 'data_type'>,
  now: number,
): Subscription {
  return { id: randomUUID(), client_id: clientId, ...wanted, expiration_time: expirationFrom(now) }
}

/** Asks the callback while the subscriber's own request is still open. */
export async function handshake(kit: Kit, callbackUrl: string, verificationToken: string): Promise<boolean> {
  const challenge = randomUUID()
  try {
    const response = await kit.http.send({
      url: callbackUrl,
      query: { verification_token: verificationToken, challenge },
      timeoutMs: 10_000,
    })
    return response.status === 200 && (response.json() as { challenge?: string }).challenge === challenge
  } catch {
    return false
  }
}
