// Levers for tests and demos, below `/_control`. What they do is in ../README.md.
import type { Hono } from 'hono'
import type { SimulatorContext } from '../simulator.ts'
import { accountId } from './documents.ts'
import type { Failures } from './failures.ts'
import { endGrant, grants } from './grants.ts'
import { addOverride, overridesOf } from './overrides.ts'
import type { Notice, Notifier } from './subscriptions.ts'

export function mountControl(app: Hono, context: SimulatorContext, failures: Failures, notifier: Notifier): void {
  app.post('/_control/fail', (c) => {
    const { status = '500', times = '1', path = '/v2/', retry_after: retryAfter } = c.req.query()
    failures.order({
      status: Number(status),
      times: Number(times),
      path,
      retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
    })
    return c.json({ ok: true })
  })

  app.post('/_control/notify', async (c) => {
    const {
      person = '',
      data_type: dataType = 'sleep',
      event_type: eventType = 'update',
      object_id: id = '',
    } = c.req.query()
    const notice: Notice = {
      event_type: eventType as Notice['event_type'],
      data_type: dataType,
      object_id: id,
      user_id: accountId(person),
    }
    const clients = [
      ...new Set((await grants(context)).filter((grant) => grant.personId === person).map((grant) => grant.clientId)),
    ]
    let accepted = 0
    for (const client of clients) accepted += await notifier.announce(client, notice)
    return c.json({ accepted })
  })

  app.post('/_control/tick', async (c) => c.json({ sent: await notifier.tick() }))

  app.post('/_control/revoke', async (c) => {
    const person = c.req.query('person') ?? ''
    for (const grant of await grants(context)) {
      if (grant.personId === person) await endGrant(context, grant.clientId, person)
    }
    return c.json({ ok: true })
  })

  app.post('/_control/delete', async (c) => {
    const { person = '', collection = '', id = '' } = c.req.query()
    await addOverride(context, person, { what: 'gone', collection, id })
    return c.json({ ok: true })
  })

  app.post('/_control/rewrite', async (c) => {
    const { person = '', collection = '', id = '' } = c.req.query()
    const before = (await overridesOf(context, person)).find(
      (each) => each.what === 'rewritten' && each.collection === collection && each.id === id,
    )
    const times = before?.what === 'rewritten' ? before.times + 1 : 1
    await addOverride(context, person, { what: 'rewritten', collection, id, times })
    return c.json({ ok: true, times })
  })

  app.post('/_control/edit-bedtime', async (c) => {
    const { person = '', day = '' } = c.req.query()
    await addOverride(context, person, { what: 'bedtime-edit', collection: 'sleep', day })
    return c.json({ ok: true })
  })

  app.post('/_control/token-lifetime', async (c) => {
    await context.state.put('oura:token_lifetime_seconds', String(Number(c.req.query('seconds') ?? 86_400)))
    return c.json({ ok: true })
  })

  app.post('/_control/rate-limit', async (c) => {
    await context.state.put('oura:rate_limit', String(Number(c.req.query('requests') ?? 5000)))
    return c.json({ ok: true })
  })
}
