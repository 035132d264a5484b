import { Hono } from 'hono'
import type { Levers } from '../kit/control.ts'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountAccount } from './account.ts'
import { mountData } from './data.ts'
import { LATE } from './edits.ts'
import { createNotices } from './notices.ts'
import { rules } from './rules.ts'
import { mountNotify, removeSubscriptions, setStrict } from './subscriptions.ts'

export function createWithingsSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const notices = createNotices(kit)
  const cloud = new Hono()
  mountAuthorize(cloud, kit)
  mountAccount(cloud, kit, {
    begun: (grant) => notices.remember(grant),
    // Whoever asked for it needs not be told.
    ended: (grant) => removeSubscriptions(kit, grant),
  })
  mountNotify(cloud, kit)
  mountData(cloud, kit)

  const levers: Levers = {
    items: (personId, kind) => notices.items(personId, kind),
    notify: (order) => notices.notify(order),
    tick: () => notices.look(),
    // A change of scopes is not announced.
    tell: async (grant, what) => (what === 'revoked' ? notices.ended(grant) : undefined),
  }
  return serve(kit, cloud, levers, (control) => {
    control.post('/_control/strict-callbacks', async (c) => {
      await setStrict(kit, c.req.query('on') !== '0')
      return c.json({ ok: true })
    })
    control.post('/_control/late', async (c) => {
      const { person = '', id = '', days } = c.req.query()
      await kit.edits.add(person, { what: LATE, kind: 'measure', id }, Number(days))
      return c.json({ ok: true })
    })
  })
}
