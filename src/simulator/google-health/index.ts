// Google's health cloud. GOOGLE and FITBIT have one each, so that the sandbox can connect both.
import { Hono } from 'hono'
import type { Levers } from '../kit/control.ts'
import { openKit } from '../kit/kit.ts'
import { exchange, mountAuthorize } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { signingKey } from './keyset.ts'
import { createNotices } from './notices.ts'
import { rulesOf } from './rules.ts'
import { mountSubscribers, serviceToken } from './subscribers.ts'

export function createGoogleHealthSimulator(id: string, name: string) {
  return (context: SimulatorContext): Simulator => {
    const rules = rulesOf(id, name)
    const kit = openKit(context, rules)
    const notices = createNotices(kit)
    const app = new Hono()

    mountAuthorize(app, kit)

    app.post(rules.oauth.tokenPath, async (c) => {
      const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
      const service = await serviceToken(kit, form)
      if (service !== null) return c.json(service)
      const testing = (await kit.state.get('testing-mode')) !== null
      return exchange(c, kit, form, {
        begun: (grant) => notices.remember(grant),
        answer: (_c, { accessToken, refreshToken, expiresInSeconds, grant }, by) =>
          c.json({
            access_token: accessToken,
            expires_in: expiresInSeconds,
            // It stays the same, and is told once.
            ...(by === 'code' ? { refresh_token: refreshToken } : {}),
            // Seven days, while the consent screen is in testing.
            ...(by === 'code' && testing ? { refresh_token_expires_in: 604_799 } : {}),
            scope: grant.scopes.join(' '),
            token_type: 'Bearer',
          }),
      })
    })

    app.post('/revoke', async (c) => {
      const { token = '' } = Object.fromEntries(new URLSearchParams(await c.req.text()))
      const grant = await grantOf(token)
      if (grant === null) return c.json({ error: 'invalid_token', error_description: 'Token expired or revoked' }, 400)
      await kit.grants.end(grant.clientId, grant.personId)
      return c.json({})
    })

    /** An access token or a refresh token; the caller does not say of which application. */
    async function grantOf(token: string) {
      const byAccess = await kit.grants.of(token)
      if (byAccess !== null) return byAccess
      const clients = new Set((await kit.grants.all()).map(({ clientId }) => clientId))
      for (const clientId of clients) {
        const issued = await kit.grants.refresh(token, clientId)
        if (issued !== null) return issued.grant
      }
      return null
    }

    app.get('/googlehealthapi/webhooks/webhooks_public_keyset.json', async (c) =>
      c.json((await signingKey(kit)).keyset),
    )
    mountSubscribers(app, kit)
    mountData(app, kit)

    const levers: Levers = {
      items: (personId, kind) => notices.items(personId, kind),
      notify: (order) => notices.notify(order),
      tick: () => notices.look(),
      // Changed scopes are not announced.
      tell: async (grant, what) => {
        if (what === 'revoked') await notices.withdrawn(grant)
      },
    }
    return serve(kit, app, levers, (control) =>
      control.post('/_control/testing-mode', async (c) => {
        const on = c.req.query('on') !== '0'
        await (on ? kit.state.put('testing-mode', '1') : kit.state.delete('testing-mode'))
        return c.json({ on })
      }),
    )
  }
}
