import { Hono } from 'hono'
import type { Grant } from '../kit/grants.ts'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountData } from './data.ts'
import { createHistory } from './history.ts'
import { createNotices } from './notices.ts'
import { rules } from './rules.ts'
import { mountTraining } from './training.ts'

const REFRESH_TOKEN_SECONDS = 90 * 86_400

export function createGarminSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const history = createHistory(kit, notices)
  const cloud = new Hono()

  mountAuthorize(cloud, kit)
  mountToken(cloud, kit, {
    async begun(grant: Grant) {
      await history.forget(grant)
      await notices.remember(grant)
    },
    // The scopes are the application's, whatever the person allowed.
    answer: (c, { accessToken, refreshToken, expiresInSeconds }) =>
      c.json({
        access_token: accessToken,
        expires_in: expiresInSeconds,
        token_type: 'bearer',
        refresh_token: refreshToken,
        scope: 'PARTNER_WRITE PARTNER_READ CONNECT_READ CONNECT_WRITE',
        jti: accessToken.slice(-12),
        refresh_token_expires_in: REFRESH_TOKEN_SECONDS - 2,
      }),
  })
  mountTraining(cloud, kit)
  mountData(cloud, kit, notices, history)

  return serve(
    kit,
    cloud,
    {
      items: (personId, kind) => notices.items(personId, kind),
      notify: (order) => notices.notify(order),
      tick: async () => (await history.send()) + (await notices.look()),
      tell: (grant, what) => (what === 'revoked' ? notices.deregistered(grant) : notices.permissionsChanged(grant)),
    },
    (control) => {
      /** `push`, `ping`, or `off`, as the application's endpoint configuration would say it. */
      control.post('/_control/mode', async (c) => {
        const { kind = '', mode = 'push' } = c.req.query()
        await kit.state.put(`mode:${kind}`, mode)
        return c.json({ ok: true })
      })
      /** How far back it goes, in days, and how many days of it are given in a minute. */
      control.post('/_control/history', async (c) => {
        const { days, per_minute: perMinute } = c.req.query()
        if (days !== undefined) await kit.state.put('history-depth', days)
        if (perMinute !== undefined) await kit.state.put('history-limit', perMinute)
        return c.json({ ok: true })
      })
    },
  )
}
