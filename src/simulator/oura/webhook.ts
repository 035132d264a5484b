// Oura's subscription API, with the handshake that comes while the request is open.
import type { Context as HonoContext, Hono } from 'hono'
import { z } from 'zod'
import { clientSecretOf } from '../clients.ts'
import type { Kit } from '../kit/kit.ts'
import { knowsDataType } from './notices.ts'
import {
  expirationFrom,
  handshake,
  newSubscription,
  removeSubscription,
  saveSubscription,
  type Subscription,
  subscriptions,
} from './subscriptions.ts'

const Wanted = z.object({
  callback_url: z.url(),
  verification_token: z.string(),
  event_type: z.enum(['create', 'update', 'delete']),
  data_type: z.string().refine(knowsDataType),
})

export function mountWebhook(app: Hono, kit: Kit): void {
  const base = '/v2/webhook/subscription'
  /** One handshake for each callback: thirty pairs are made in a row. */
  const proven = new Map<string, number>()

  async function proves(wanted: z.infer<typeof Wanted>): Promise<boolean> {
    const key = `${wanted.callback_url} ${wanted.verification_token}`
    if ((proven.get(key) ?? 0) > kit.clock.now()) return true
    if (!(await handshake(kit, wanted.callback_url, wanted.verification_token))) return false
    proven.set(key, kit.clock.now() + 60_000)
    return true
  }

  app.get(base, async (c) => {
    const client = clientOf(c)
    return client === null ? refused(c) : c.json((await subscriptions(kit, client)).map(shown))
  })

  app.post(base, async (c) => {
    const client = clientOf(c)
    if (client === null) return refused(c)
    const wanted = Wanted.safeParse(await c.req.json().catch(() => null))
    if (!wanted.success)
      return c.json({ detail: wanted.error.issues.map(({ path, message }) => ({ loc: path, msg: message })) }, 422)
    const taken = (await subscriptions(kit, client)).some(
      (each) => each.data_type === wanted.data.data_type && each.event_type === wanted.data.event_type,
    )
    if (taken) return c.json({ detail: 'a subscription for this pair exists' }, 409)
    if (!(await proves(wanted.data))) return c.json({ detail: 'the callback did not answer the challenge' }, 400)
    const subscription = newSubscription(client, wanted.data, kit.clock.now())
    await saveSubscription(kit, subscription)
    return c.json(shown(subscription), 201)
  })

  app.put(`${base}/renew/:id`, async (c) => {
    const found = await own(c)
    if (found instanceof Response) return found
    const renewed = { ...found, expiration_time: expirationFrom(kit.clock.now()) }
    await saveSubscription(kit, renewed)
    return c.json(shown(renewed))
  })

  app.put(`${base}/:id`, async (c) => {
    const found = await own(c)
    if (found instanceof Response) return found
    const wanted = Wanted.safeParse(await c.req.json().catch(() => null))
    if (!wanted.success) return c.json({ detail: 'unreadable' }, 422)
    if (!(await proves(wanted.data))) return c.json({ detail: 'the callback did not answer the challenge' }, 400)
    const changed = { ...found, ...wanted.data }
    await saveSubscription(kit, changed)
    return c.json(shown(changed))
  })

  app.delete(`${base}/:id`, async (c) => {
    const found = await own(c)
    if (found instanceof Response) return found
    await removeSubscription(kit, found.client_id, found.id)
    return c.body(null, 204)
  })

  async function own(c: HonoContext): Promise<Subscription | Response> {
    const client = clientOf(c)
    if (client === null) return refused(c)
    const found = (await subscriptions(kit, client)).find((each) => each.id === c.req.param('id'))
    return found ?? c.json({ detail: 'Not Found' }, 404)
  }
}

function shown({ client_id: _client, verification_token: _token, ...rest }: Subscription) {
  return rest
}

function clientOf(c: HonoContext): string | null {
  const id = c.req.header('x-client-id')
  return id !== undefined && c.req.header('x-client-secret') === clientSecretOf(id) ? id : null
}

function refused(c: HonoContext): Response {
  return c.json({ detail: 'client credentials are not valid' }, 401)
}
