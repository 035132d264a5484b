import { Hono } from 'hono'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { createNotices } from './notices.ts'
import { rules } from './rules.ts'

const OFFLINE = 'offline'

export function createWhoopSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const app = new Hono()

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => notices.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        expires_in: expiresInSeconds,
        // Only who asked for it may come back without the person.
        ...(grant.scopes.includes(OFFLINE) ? { refresh_token: refreshToken } : {}),
        scope: grant.scopes.join(' '),
        token_type: 'bearer',
      }),
    refuse: (c, { error, description }) => {
      const status = error === 'invalid_client' ? 401 : 400
      return c.json({ error, error_description: description, error_hint: '', status_code: status }, status)
    },
  })
  app.delete('/developer/v2/user/access', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'access' })
    if (grant instanceof Response) return grant
    await kit.grants.end(grant.clientId, grant.personId)
    return c.body(null, 204)
  })
  mountData(app, kit)

  return serve(kit, app, {
    items: (personId, kind) => notices.items(personId, kind),
    notify: (order) => notices.notify(order),
    tick: () => notices.look(),
  })
}
