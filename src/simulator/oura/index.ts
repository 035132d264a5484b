import { Hono } from 'hono'
import type { Levers } from '../kit/control.ts'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { BEDTIME_EDIT } from './edits.ts'
import { createNotices } from './notices.ts'
import { rules } from './rules.ts'
import { mountWebhook } from './webhook.ts'

export function createOuraSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const app = new Hono()

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => notices.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds }) =>
      c.json({
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
      }),
  })
  app.post('/oauth/revoke', async (c) => {
    const grant = await kit.grants.of(c.req.query('access_token') ?? '')
    if (grant !== null) await kit.grants.end(grant.clientId, grant.personId)
    return c.json({})
  })
  mountWebhook(app, kit)
  mountData(app, kit)

  const levers: Levers = {
    items: (personId, kind) => notices.items(personId, kind === null ? ['workout'] : [kind]),
    notify: (order) => notices.notify(order),
    tick: () => notices.look(),
  }
  return serve(kit, app, levers, (control) => {
    control.post('/_control/edit-bedtime', async (c) => {
      const { person = '', day = '' } = c.req.query()
      await kit.edits.add(person, { what: BEDTIME_EDIT, kind: 'sleep', id: day })
      return c.json({ ok: true })
    })
  })
}
