// Eight Sleep's private cloud: a login by password, and a back end that fails now and then.
import { type Context as HonoContext, Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import type { Levers } from '../kit/control.ts'
import { openKit } from '../kit/kit.ts'
import { serve } from '../kit/serve.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { rules, TOKENS } from './rules.ts'
import { hash, trendDay } from './sleep.ts'

/** Anything else is right: nobody needs an account here. */
const WRONG_PASSWORD = 'wrong'
const LOGINS_PER_MINUTE = 20
const MAX_DAYS = 31
const DAYS_TO_CHANGE = 14

export function createEightSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const cloud = new Hono()
  const logins = new Map<string, number[]>()

  cloud.post(TOKENS, async (c) => {
    const body = (await c.req.json().catch(() => ({}))) as Record<string, unknown>
    const { client_id: clientId, client_secret: secret, username, password } = body
    if (typeof clientId !== 'string' || secret !== clientSecretOf(clientId)) {
      return c.json({ error: 'invalid_client', message: 'Unknown client' }, 401)
    }
    if (body.grant_type !== 'password' || typeof username !== 'string' || typeof password !== 'string') {
      return c.json({ error: 'invalid_request', message: 'username and password are required' }, 400)
    }
    if (isThrottled(username)) return kit.refuse('limit', 'Rate limit exceeded')
    const personId = username.split('@')[0]!.toLowerCase()
    if (!/^[a-z0-9_.-]{1,64}$/.test(personId) || (await isRefused(personId, password))) {
      return c.json({ error: 'invalid_grant', message: 'Invalid username or password' }, 400)
    }
    // Again is no new grant: it is how this interface refreshes.
    const again = (await kit.grants.ofPerson(personId)).some((grant) => grant.clientId === clientId)
    await kit.state.put(`password:${personId}`, hash(password))
    const issued = await kit.grants.begin({ clientId, personId, scopes: [] })
    if (again) kit.counting.add(personId, 'refreshes')
    return c.json({
      access_token: issued.accessToken,
      token_type: 'bearer',
      expires_in: issued.expiresInSeconds,
      refresh_token: hash('unused', issued.accessToken),
      userId: hash('eight account', personId),
      scope: '',
    })
  })

  /** After the person changed it the old one is wrong. */
  async function isRefused(personId: string, password: string): Promise<boolean> {
    return password === WRONG_PASSWORD || (await kit.state.get(`old-password:${personId}`)) === hash(password)
  }

  function isThrottled(username: string): boolean {
    const now = kit.clock.now()
    const recent = (logins.get(username) ?? []).filter((at) => now - at < 60_000)
    if (logins.size > 10_000) logins.clear()
    logins.set(username, [...recent, now].slice(-LOGINS_PER_MINUTE - 1))
    return recent.length >= LOGINS_PER_MINUTE
  }

  cloud.get('/v1/users/me', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'me' })
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    return c.json({
      user: {
        userId: hash('eight account', who.id),
        email: who.email,
        firstName: who.name,
        lastName: 'Sandbox',
        gender: who.sex,
        dob: `${2026 - who.age}-03-14T00:00:00.000Z`,
        tempPreference: 'CELSIUS',
        devices: [hash('eight bed', who.id).slice(0, 24)],
        timezone: who.timeZone,
        currentDevice: { id: hash('eight bed', who.id).slice(0, 24), side: 'left', timeZone: who.timeZone },
      },
    })
  })

  cloud.get('/v1/users/:user/trends', async (c) => {
    const { from = '', to = '', tz, 'model-version': version } = c.req.query()
    const grant = await kit.admit(c.req.raw, { kind: 'trends', from, to })
    if (grant instanceof Response) return grant
    const problem = problemOf(c, { from, to, tz, user: hash('eight account', grant.personId) })
    if (problem !== null) return c.json({ error: 'Bad Request', message: problem }, 400)
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(who.id)
    const own = (day: string) => edits.filter((each) => each.kind === 'trends' && each.id === day)
    const days = daysFrom(from, to < today ? to : today)
      .filter((day) => !own(day).some((each) => each.what === 'gone'))
      .flatMap((day) => {
        const times = own(day).find((each) => each.what === 'rewritten')?.times ?? 0
        return trendDay(who, day, now, version === 'v2' ? 'sessions' : 'scores', times) ?? []
      })
    return c.json({ days })
  })

  const levers: Levers = {
    async items(personId) {
      const who = person(personId)
      const now = kit.clock.now()
      const today = dayOfInstant(now, who.timeZone)
      return daysFrom(plusDays(today, 1 - DAYS_TO_CHANGE), today)
        .filter((day) => trendDay(who, day, now, 'scores') !== null)
        .map((day) => ({ kind: 'trends', id: day, day }))
    },
    // Nothing is ever announced.
    tick: async () => 0,
    /** Ending it is changing the password. */
    async tell({ personId }, what) {
      const password = await kit.state.get(`password:${personId}`)
      if (what === 'revoked' && password !== null) await kit.state.put(`old-password:${personId}`, password)
    },
  }
  return serve(kit, cloud, levers)
}

function problemOf(
  c: HonoContext,
  { from, to, tz, user }: { from: string; to: string; tz: string | undefined; user: string },
): string | null {
  if (c.req.param('user') !== user) return 'somebody else'
  if (!tz) return 'tz is required'
  for (const [name, day] of Object.entries({ from, to })) {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) return `${name} is no date`
  }
  return Date.parse(to) - Date.parse(from) > MAX_DAYS * 86_400_000 ? 'the range is too long' : null
}
