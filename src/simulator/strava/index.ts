import { Hono } from 'hono'
import { openKit } from '../kit/kit.ts'
import { clientOf, mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { athlete, mountData } from './data.ts'
import { fault, rules } from './rules.ts'
import { createEvents, mountSubscriptions } from './webhook.ts'

/** Until April 2026 the redirect alone said what stayed ticked: so it does to whoever is called `older-`. */
const OLDER = 'older-'

export function createStravaSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const events = createEvents(kit)
  const app = new Hono()

  const exchanged = ({ personId, scopes }: { personId: string; scopes: readonly string[] }) => ({
    ...(personId.startsWith(OLDER) ? {} : { scope: scopes.join(',') }),
    athlete: athlete(person(personId), kit.clock.now(), scopes),
  })

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => events.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }, by) =>
      c.json({
        token_type: 'Bearer',
        expires_at: Math.floor(kit.clock.now() / 1000) + expiresInSeconds,
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
        access_token: accessToken,
        // Only the exchange of a code says who it is, and what stayed ticked.
        ...(by === 'code' ? exchanged(grant) : {}),
      }),
    refuse: (_c, { error }) => {
      if (error === 'invalid_client') return fault(401, 'Authorization Error', 'Application', '', 'invalid')
      if (error !== 'invalid_grant') return fault(400, 'Bad Request', 'Application', 'grant_type', 'invalid')
      return fault(400, 'Bad Request', 'RefreshToken', 'refresh_token', 'invalid')
    },
  })

  /** Ends it and tells the application, which asked for it. */
  app.post('/oauth/deauthorize', async (c) => {
    const token = rules.readToken?.(c.req.raw) ?? ''
    const grant = await kit.grants.of(token)
    if (grant === null) return kit.refuse('token', '')
    await kit.grants.end(grant.clientId, grant.personId)
    await events.deauthorized(grant)
    return c.json({ access_token: token })
  })

  /** The newer way: 200 whatever the token was. */
  app.post('/oauth/revoke', async (c) => {
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const basic = { ...kit, rules: { ...rules, oauth: { ...rules.oauth, clientAuthentication: 'basic' as const } } }
    const clientId = clientOf(basic, form, c.req.header('authorization'))
    if (clientId === null) return fault(401, 'Authorization Error', 'Application', '', 'invalid')
    const token = form.token ?? ''
    const grant = (await kit.grants.of(token)) ?? (await kit.grants.refresh(token, clientId))?.grant ?? null
    if (grant !== null) {
      await kit.grants.end(grant.clientId, grant.personId)
      await events.deauthorized(grant)
    }
    return c.body(null, 200)
  })

  mountSubscriptions(app, kit)
  mountData(app, kit)

  return serve(kit, app, {
    items: (personId) => events.items(personId),
    notify: (order) => events.notify(order),
    tick: () => events.look(),
    // Changed scopes are not announced.
    tell: async (grant, what) => {
      if (what === 'revoked') await events.deauthorized(grant)
    },
  })
}
