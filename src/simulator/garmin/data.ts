// The wellness API: who it is, what may be read, what a ping named, what was before.
import type { Hono } from 'hono'
import type { Kit } from '../kit/kit.ts'
import { person } from '../people/person.ts'
import type { History } from './history.ts'
import { KINDS, kindOfPath, summariesOfDay } from './kinds.ts'
import type { Notices, Pull } from './notices.ts'
import { fault } from './rules.ts'
import { accountId } from './summary.ts'

const REST = '/wellness-api/rest'

export function mountData(app: Hono, kit: Kit, notices: Notices, history: History): void {
  app.get(`${REST}/user/id`, async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'user' })
    return grant instanceof Response ? grant : c.json({ userId: accountId(grant.personId) })
  })

  app.get(`${REST}/user/permissions`, async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'permissions' })
    return grant instanceof Response ? grant : c.json({ permissions: grant.scopes })
  })

  /** Told to the application as well, which asked for it. */
  app.delete(`${REST}/user/registration`, async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'registration' })
    if (grant instanceof Response) return grant
    await kit.grants.end(grant.clientId, grant.personId)
    await history.forget(grant)
    await notices.deregistered(grant)
    return c.body(null, 204)
  })

  app.get(`${REST}/backfill/:path`, async (c) => {
    const path = c.req.param('path')
    const kind = kindOfPath(path)
    const { summaryStartTimeInSeconds: start, summaryEndTimeInSeconds: end } = c.req.query()
    const iso = (seconds: string | undefined) =>
      seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString()
    const grant = await kit.admit(c.req.raw, { kind: kind ?? path, from: iso(start), to: iso(end) })
    if (grant instanceof Response) return grant
    if (kind === null) return fault(404, 'no such summary type')
    if ((await kit.state.get(`mode:${kind}`)) === 'off') {
      return fault(400, `Endpoint not enabled for summary type: CONNECT_${path.toUpperCase()}`)
    }
    return history.ask(grant, kind, Number(start), Number(end))
  })

  app.get(`${REST}/:path`, async (c) => {
    const kind = kindOfPath(c.req.param('path'))
    if (kind === null) return kit.refuse('missing', 'Not Found')
    const grant = await kit.admit(c.req.raw, { kind, scope: KINDS[kind]!.permission })
    if (grant instanceof Response) return grant
    const stored = await kit.state.get(`pull:${c.req.query('token') ?? ''}`)
    const pull = stored === null ? null : (JSON.parse(stored) as Pull)
    if (pull === null || pull.kind !== kind || pull.personId !== grant.personId || pull.clientId !== grant.clientId) {
      return fault(400, 'InvalidPullTokenException failure')
    }
    const who = person(grant.personId)
    const edits = await kit.edits.of(who.id)
    const wanted = new Set(pull.summaries.map(([, id]) => id))
    const days = [...new Set(pull.summaries.map(([day]) => day))]
    const summaries = days.flatMap((day) => summariesOfDay(who, kind, day, kit.clock.now(), edits))
    return c.json(
      summaries
        .filter(({ id }) => wanted.has(id))
        .map((summary) => ({ userId: accountId(who.id), ...summary.write() })),
    )
  })
}
