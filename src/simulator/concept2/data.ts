import type { Context as HonoContext, Hono } from 'hono'
import type { Admitted, Kit } from '../kit/kit.ts'
import { weightOn } from '../people/day.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { person, type Person } from '../people/person.ts'
import { accountId, type Session, sessionsOfDay } from './results.ts'

const SEARCH_BACK_DAYS = 400
const MAX_NUMBER = 250
const DEFAULT_NUMBER = 50

export function mountData(app: Hono, kit: Kit): void {
  function route(path: string, kind: string, scope: string, work: (c: HonoContext, who: Person) => Promise<Response>) {
    app.get(`/api/users/me${path}`, async (c) => {
      const { from, to } = c.req.query()
      const grant: Admitted | Response = await kit.admit(c.req.raw, {
        kind,
        scope,
        ...(from === undefined ? {} : { from }),
        ...(to === undefined ? {} : { to }),
      })
      return grant instanceof Response ? grant : work(c, person(grant.personId))
    })
  }

  route('', 'users_me', 'user:read', async (c, who) => {
    const month = `${dayOfInstant(kit.clock.now(), who.timeZone).slice(0, 7)}-01`
    const user = {
      id: accountId(who.id),
      username: who.id,
      first_name: who.name,
      last_name: 'Example',
      gender: who.sex === 'female' ? 'F' : 'M',
      dob: `${2026 - who.age}-02-17`,
      email: who.email,
      country: null,
      profile_image: null,
      max_heart_rate: who.maxBpm,
      weight: Math.round(weightOn(who, month) * 100),
    }
    return c.json({ data: user })
  })

  route('/results', 'results', 'results:read', async (c, who) => {
    const { from, to, type, number = String(DEFAULT_NUMBER), page = '1' } = c.req.query()
    const size = Math.min(Number(number), MAX_NUMBER)
    const today = dayOfInstant(kit.clock.now(), who.timeZone)
    const first = from ?? plusDays(today, -SEARCH_BACK_DAYS)
    for (const [name, value] of Object.entries({ from: first, to: to ?? today })) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(value)) return unprocessable(c, name)
    }
    const sessions = (await sessionsFrom(who, plusDays(first, -1), to ?? today))
      .filter(({ result }) => result.date.slice(0, 10) >= first)
      .filter(({ result }) => to === undefined || result.date.slice(0, 10) <= to)
      .filter(({ result }) => type === undefined || result.type === type)
      .reverse()
    const start = (Number(page) - 1) * size
    const shown = sessions.slice(start, start + size)
    const pages = Math.max(1, Math.ceil(sessions.length / size))
    const next = new URL(`${kit.baseUrl}/api/users/me/results`)
    next.search = new URL(c.req.url).search
    next.searchParams.set('page', String(Number(page) + 1))
    const pagination = {
      total: sessions.length,
      count: shown.length,
      per_page: size,
      current_page: Number(page),
      total_pages: pages,
      links: Number(page) < pages ? { next: next.href } : {},
    }
    return c.json({ data: shown.map(({ result }) => result), meta: { pagination } })
  })

  route('/results/:id', 'results', 'results:read', async (c, who) => {
    const session = await find(who, c.req.param('id') ?? '')
    if (session === null) return kit.refuse('missing', '')
    const strokes = c.req.query('include')?.split(',').includes('strokes') && session.strokes !== null
    return c.json({ data: { ...session.result, ...(strokes ? { strokes: { data: session.strokes } } : {}) } })
  })

  route('/results/:id/strokes', 'strokes', 'results:read', async (c, who) => {
    const session = await find(who, c.req.param('id') ?? '')
    if (session === null) return kit.refuse('missing', '')
    if (session.strokes === null) {
      const message = 'This workout does not have any stroke data associated with it'
      return c.json({ message, status_code: 404 }, 404)
    }
    return c.json({ data: session.strokes })
  })

  async function sessionsFrom(who: Person, start: string, end: string): Promise<Session[]> {
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const edits = await kit.edits.of(who.id)
    return daysFrom(start, end < today ? end : today).flatMap((day) => sessionsOfDay(who, day, now, edits))
  }

  async function find(who: Person, id: string): Promise<Session | null> {
    const today = dayOfInstant(kit.clock.now(), who.timeZone)
    const all = await sessionsFrom(who, plusDays(today, -SEARCH_BACK_DAYS), today)
    return all.find(({ result }) => String(result.id) === id) ?? null
  }
}

function unprocessable(c: HonoContext, name: string): Response {
  const message = `The ${name} does not match the format Y-m-d.`
  return c.json({ message, status_code: 422, errors: { [name]: [message] } }, 422)
}
