// Omron's cloud: one question for everything since a day, and one callback for the whole application.
import type { Context as HonoContext } from 'hono'
import { Hono } from 'hono'
import { edited } from '../kit/edits.ts'
import type { Levers, NotifyOrder } from '../kit/control.ts'
import type { Grant, Issued } from '../kit/grants.ts'
import { type Kit, openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { accountId, localDay, type Measurement, measurementsOf, type Name, today } from './measurements.ts'
import { rules } from './rules.ts'

const PAGE = 100
const DAYS_WATCHED = 4
const DAYS_TO_CHANGE = 14
const NAMES: Record<string, Name> = { bloodpressure: 'bloodPressure', activity: 'activity', weight: 'weight' }

export function createOmronSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const cloud = new Hono()

  async function measurements(personId: string, from: string): Promise<Measurement[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const edits = await kit.edits.of(personId)
    const all = daysFrom(from, today(who, now)).flatMap((day) => measurementsOf(who, day, now))
    const kept = (['bloodPressure', 'activity', 'weight'] as const).flatMap((name) =>
      edited(
        all.filter((each) => each.name === name),
        name.toLowerCase(),
        edits,
        { id: ({ id }) => String(id), rewrite: rewritten },
      ),
    )
    return kept.sort((a, b) => a.at - b.at)
  }

  const newest = async (personId: string, days: number) => {
    const from = plusDays(today(person(personId), kit.clock.now()), 1 - days)
    return (await measurements(personId, from)).map((each) => ({
      kind: each.name.toLowerCase(),
      id: String(each.id),
      day: localDay(each),
      item: each.item,
    }))
  }

  async function tell(grant: Grant, forged = false, asForm = kindOfMessage(grant)): Promise<number[]> {
    const callback = await kit.callbackOf(grant.clientId)
    if (callback === null) return []
    const url = new URL(callback)
    if (forged) url.search = '?key=a-guess'
    const status = await kit.notifier.send({
      personId: grant.personId,
      request() {
        const timestamp = new Date(kit.clock.now()).toISOString().slice(0, 19)
        const fields = { id: accountId(grant.personId), timestamp }
        return { url: url.href, ...(asForm ? { form: fields } : { json: fields }) }
      },
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const notices = watch(kit, {
    items: (grant) => newest(grant.personId, DAYS_WATCHED),
    // One upload, one message, whatever it held.
    announce: async (grant) => void (await tell(grant)),
  })

  mountAuthorize(cloud, kit)
  mountToken(cloud, kit, { begun: (grant) => notices.remember(grant), answer: tokenAnswer })
  cloud.post('/connect/revocation', async (c) => {
    const { token = '', client_id: clientId } = Object.fromEntries(new URLSearchParams(await c.req.text()))
    const grant = (await kit.grants.ofRefreshToken(token)) ?? (await kit.grants.of(token))
    if (grant !== null && grant.clientId === clientId) await kit.grants.end(clientId, grant.personId)
    return c.body(null, 200)
  })
  cloud.post('/api/measurement', async (c) => {
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
    return measurement(kit, c, form, measurements)
  })

  const levers: Levers = {
    items: async (personId, kind) =>
      (await newest(personId, DAYS_TO_CHANGE)).filter((each) => each.kind === (kind ?? 'bloodpressure')),
    notify: ({ grant, forged, query }: NotifyOrder) =>
      tell(grant, forged, query.form === undefined ? undefined : query.form === '1'),
    tick: () => notices.look(),
  }
  return serve(kit, cloud, levers)
}

async function measurement(
  kit: Kit,
  c: HonoContext,
  { since, type, limit, sortOrder, includeHourlyActivity, nextPaginationKey: key }: Record<string, string>,
  of: (personId: string, from: string) => Promise<Measurement[]>,
): Promise<Response> {
  const grant = await kit.admit(c.req.raw, { kind: type ?? 'measurement', from: since, to: since })
  if (grant instanceof Response) return grant
  if (since === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(since)) return kit.refuse('bad_request', 'Invalid parameter')
  const all = (await of(grant.personId, plusDays(since, -1))).filter(
    (each) =>
      localDay(each) >= since &&
      (type === undefined || NAMES[type] === each.name) &&
      grant.scopes.includes(each.name.toLowerCase()),
  )
  if (sortOrder === 'desc') all.reverse()
  const start = key === undefined ? 0 : Number(Buffer.from(key, 'base64url').toString('utf8')) || 0
  const size = Math.min(Number(limit ?? PAGE) || PAGE, PAGE)
  const page = all.slice(start, start + size)
  const truncated = start + size < all.length
  const items = (name: Name) =>
    page
      .filter((each) => each.name === name)
      .map(({ item: { hourlyActivity, ...item } }) =>
        includeHourlyActivity === 'true' && hourlyActivity !== undefined ? { ...item, hourlyActivity } : item,
      )
  const result = {
    truncated,
    bloodPressure: items('bloodPressure'),
    activity: items('activity'),
    weight: items('weight'),
    nextPaginationKey: truncated ? Buffer.from(String(start + size)).toString('base64url') : null,
    measurementCount: page.length,
  }
  return Response.json({ status: 0, result })
}

function tokenAnswer(c: HonoContext, issued: Issued, by: 'code' | 'refresh'): Response {
  const { accessToken, refreshToken, expiresInSeconds, grant } = issued
  const claims = { iss: 'https://oauth.omronwellness.com', sub: accountId(grant.personId), aud: grant.clientId }
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return c.json({
    ...(by === 'code' ? { id_token: `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.` } : {}),
    access_token: accessToken,
    expires_in: expiresInSeconds,
    token_type: 'Bearer',
    refresh_token: refreshToken,
  })
}

/** Some applications get JSON and some a form: here it depends on the person, so that both are seen. */
function kindOfMessage({ personId }: Grant): boolean {
  return personId.length % 2 === 0
}

function rewritten(measurement: Measurement, times: number): Measurement {
  const { item } = measurement
  const field = { bloodPressure: 'systolic', activity: 'steps', weight: 'weight' }[measurement.name]
  return { ...measurement, item: { ...item, [field]: (item[field] as number) + times } }
}
