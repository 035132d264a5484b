// Ultrahuman's cloud: one question for each day, no notifications, and an answer in one of three forms.
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { dayOfInstant, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { entriesOf, type Form, FORMS, KIND } from './metrics.ts'
import { rules } from './rules.ts'

const FORM = 'form'

export function createUltrahumanSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const app = new Hono()

  // Their page spells it one way, the server knows both.
  app.get('/authorize', (c) => {
    const { search } = new URL(c.req.url)
    return c.redirect(`${kit.baseUrl}${rules.oauth.authorizePath}${search}`)
  })
  mountAuthorize(app, kit)
  mountToken(app, kit, {
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
        scope: grant.scopes.join(' '),
      }),
  })
  app.post('/api/partners/oauth/revoke', async (c) => {
    // Either token will do, as RFC 7009 has it.
    const token = new URLSearchParams(await c.req.text()).get('token') ?? ''
    const grant = (await kit.grants.of(token)) ?? (await kit.grants.ofRefreshToken(token))
    if (grant !== null) await kit.grants.end(grant.clientId, grant.personId)
    return c.json({})
  })

  app.get('/api/partners/v1/user_data/user_info', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'user_info', scope: 'profile' })
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    const hash = createHash('sha256').update(`ultrahuman|${who.id}`).digest('hex')
    const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-a${hash.slice(17, 20)}-${hash.slice(20, 32)}`
    return c.json({ user_id: id, username: who.id, email: who.email, timezone: who.timeZone })
  })

  app.get('/api/partners/v1/user_data/metrics', async (c) => {
    const { date = '' } = c.req.query()
    const grant = await kit.admit(c.req.raw, { kind: KIND, scope: 'ring_data', from: date, to: date })
    if (grant instanceof Response) return grant
    if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return kit.refuse('bad_request', 'date')
    const who = person(grant.personId)
    const form = ((await kit.state.get(FORM)) ?? 'map') as Form
    const entries = entriesOf(who, date, form, kit.clock.now(), await kit.edits.of(who.id))
    const data =
      form === 'list' ? { metric_data: entries } : { metrics: { [date]: entries }, latest_time_zone: who.timeZone }
    return c.json({ data, error: null, status: 200 })
  })

  return serve(
    kit,
    app,
    {
      async items(personId) {
        const day = dayOfInstant(kit.clock.now(), person(personId).timeZone)
        return [2, 1].map((back) => ({ kind: KIND, id: plusDays(day, -back), day: plusDays(day, -back) }))
      },
      tick: async () => 0,
    },
    (control) => {
      control.post('/_control/form', async (c) => {
        const { as = '' } = c.req.query()
        if (!FORMS.includes(as as Form)) return c.json({ error: `as: one of ${FORMS.join(', ')}` }, 400)
        await kit.state.put(FORM, as)
        return c.json({ ok: true })
      })
    },
  )
}
