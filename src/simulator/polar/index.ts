import { Hono } from 'hono'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { accountId, setConsent } from './members.ts'
import { rules } from './rules.ts'
import { createNotices, mountWebhooks } from './webhook.ts'

export function createPolarSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const app = new Hono()

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => notices.remember(grant),
    answer: (c, { accessToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        token_type: 'bearer',
        expires_in: expiresInSeconds,
        x_user_id: accountId(grant.personId),
      }),
    refuse: (c, { error }) => c.json({ error }, 400),
  })
  mountWebhooks(app, kit)
  mountData(app, kit)

  const levers = {
    items: (personId: string) => notices.items(personId),
    notify: notices.notify,
    tick: () => notices.look(),
  }
  return serve(kit, app, levers, (control) => {
    control.post('/_control/consent', async (c) => {
      const { person = '', given = '1' } = c.req.query()
      await setConsent(kit, person, given === '1')
      return c.json({ ok: true })
    })
  })
}
