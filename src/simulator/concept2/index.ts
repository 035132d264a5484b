import { Hono } from 'hono'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { createNotices } from './notices.ts'
import { rules } from './rules.ts'

export function createConcept2Simulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const app = new Hono()

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => notices.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds }) =>
      c.json({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
      }),
    refuse: (c, { error }) => {
      // Of a bad refresh token it says that the request is invalid.
      const said = error === 'invalid_grant' ? 'invalid_request' : error
      const status = error === 'invalid_client' ? 401 : 400
      return c.json({ error: said, error_description: 'The refresh token is invalid.' }, status)
    },
  })
  mountData(app, kit)

  return serve(kit, app, {
    items: (personId) => notices.items(personId),
    notify: (order) => notices.notify(order),
    tick: () => notices.look(),
  })
}
