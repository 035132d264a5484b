// The Fitbit Web API that ended in 2026, for connections of the variant `legacy`.
import { Hono } from 'hono'
import type { Levers } from '../kit/control.ts'
import { openKit } from '../kit/kit.ts'
import { clientOf, mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { legacyUserId } from '../fitbit/ids.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { errors, rules } from './rules.ts'
import { createNotices, mountSubscriptions } from './subscriptions.ts'

/** The day that everything of it answers 410, on order. */
const SWITCHED_OFF = 'switched-off'

export function createFitbitLegacySimulator(context: SimulatorContext): Simulator {
  // Its callback is that of the source: the variant has none of its own.
  const callbackOf = context.callbackOf
  const kit = openKit(
    { ...context, ...(callbackOf && { callbackOf: (_id, client) => callbackOf('FITBIT', client) }) },
    rules,
  )
  const notices = createNotices(kit)
  const app = new Hono()
  app.use(async (c, next) => {
    if ((await kit.state.get(SWITCHED_OFF)) === null) return next()
    return c.json(errors('gone', 'The Fitbit Web API has been turned off'), 410)
  })

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => notices.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
        scope: grant.scopes.join(' '),
        token_type: 'Bearer',
        user_id: legacyUserId(grant.personId),
      }),
    refuse: (c, { error, description }) => c.json(errors(error, description), error === 'invalid_client' ? 401 : 400),
  })

  app.post('/oauth2/revoke', async (c) => {
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const clientId = clientOf(kit, form, c.req.header('authorization'))
    if (clientId === null) return c.json(errors('invalid_client', 'Client id or secret invalid'), 401)
    const token = form.token ?? ''
    const grant = (await kit.grants.of(token)) ?? (await kit.grants.refresh(token, clientId))?.grant ?? null
    if (grant !== null) await kit.grants.end(grant.clientId, grant.personId)
    return c.body(null, 200)
  })

  mountSubscriptions(app, kit)
  mountData(app, kit)

  const levers: Levers = {
    items: (personId, kind) => notices.items(personId, kind),
    notify: (order) => notices.notify(order),
    tick: () => notices.look(),
    tell: async (grant, what) => {
      if (what === 'revoked') await notices.revoked(grant)
    },
  }
  return serve(kit, app, levers, (control) =>
    control.post('/_control/switched-off', async (c) => {
      const on = c.req.query('on') !== '0'
      await (on ? kit.state.put(SWITCHED_OFF, '1') : kit.state.delete(SWITCHED_OFF))
      return c.json({ on })
    }),
  )
}
