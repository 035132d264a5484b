// Oura's data API: lists by day with pages, single documents, heart rate by time.
import type { Context as HonoContext, Hono } from 'hono'
import type { Kit } from '../kit/kit.ts'
import type { Admitted } from '../kit/kit.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { weightOn } from '../people/day.ts'
import { person, type Person } from '../people/person.ts'
import { COLLECTIONS, heartRateRows, type OuraDocument, personalInfo, uuidOf } from './documents.ts'
import { currentDocuments } from './edits.ts'

const SCOPES: Record<string, string> = {
  heartrate: 'heartrate',
  workout: 'workout',
  session: 'session',
  enhanced_tag: 'tag',
  tag: 'tag',
  daily_spo2: 'spo2Daily',
}
const NO_SCOPE = new Set(['personal_info', 'ring_configuration'])
const PAGE_DOCUMENTS = 50
const PAGE_ROWS = 250
const MAX_HEARTRATE_MS = 30 * 86_400_000
const SEARCH_BACK_DAYS = 400
/** Treated as exclusive in practice. */
const END_EXCLUSIVE = new Set(['daily_activity'])

export function mountData(app: Hono, kit: Kit): void {
  /** Documents found once: their day, so that reading one by id does not search. */
  const dayOfDocument = new Map<string, string>()

  function admit(
    c: HonoContext,
    kind: string,
    range: { from?: string; to?: string } = {},
  ): Promise<Admitted | Response> {
    const scope = NO_SCOPE.has(kind) ? null : (SCOPES[kind] ?? 'daily')
    return kit.admit(c.req.raw, { kind, scope, ...range })
  }

  app.get('/v2/usercollection/personal_info', async (c) => {
    const grant = await admit(c, 'personal_info')
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    // The profile's weight is what the person last typed in: once a month.
    const month = `${dayOfInstant(kit.clock.now(), who.timeZone).slice(0, 7)}-01`
    return c.json(personalInfo(who, weightOn(who, month), grant.scopes))
  })

  app.get('/v2/usercollection/heartrate', async (c) => {
    const now = kit.clock.now()
    const { start_datetime: start, end_datetime: end, next_token: next } = c.req.query()
    const grant = await admit(c, 'heartrate', { from: start, to: end })
    if (grant instanceof Response) return grant
    const to = end === undefined ? now : Date.parse(end)
    const from = start === undefined ? to - 86_400_000 : Date.parse(start)
    if (Number.isNaN(from) || Number.isNaN(to)) return invalid(c, 'start_datetime')
    if (to - from > MAX_HEARTRATE_MS + 3_600_000) return c.json({ detail: 'at most 30 days' }, 400)
    return c.json(pageOf(heartRateRows(person(grant.personId), from, to, now), next, PAGE_ROWS))
  })

  app.get('/v2/usercollection/ring_configuration', async (c) => {
    const grant = await admit(c, 'ring_configuration')
    if (grant instanceof Response) return grant
    const ring = {
      id: uuidOf('ring', grant.personId),
      color: 'titanium',
      design: 'horizon',
      firmware_version: '3.1.24',
      hardware_type: 'gen4',
      set_up_at: '2025-11-20T17:32:00.000+00:00',
      size: 8,
    }
    return c.json({ data: [ring], next_token: null })
  })

  app.get('/v2/usercollection/:collection', async (c) => {
    const collection = c.req.param('collection')
    if (!COLLECTIONS.includes(collection)) return c.json({ detail: 'Not Found' }, 404)
    const asked = c.req.query()
    const grant = await admit(c, collection, { from: asked.start_date, to: asked.end_date })
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const { start_date: start, end_date: end = today, next_token: next } = asked
    const first = start ?? plusDays(end, -1)
    for (const [name, value] of Object.entries({ start_date: first, end_date: end })) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) return invalid(c, name)
    }
    const last = END_EXCLUSIVE.has(collection) ? plusDays(end, -1) : end
    const edits = await kit.edits.of(who.id)
    const documents = daysFrom(first, last < today ? last : today).flatMap((day) =>
      currentDocuments(who, collection, day, now, edits),
    )
    for (const document of documents) remember(collection, document)
    return c.json(pageOf(documents, next, PAGE_DOCUMENTS))
  })

  app.get('/v2/usercollection/:collection/:id', async (c) => {
    const { collection, id } = c.req.param()
    if (!COLLECTIONS.includes(collection)) return c.json({ detail: 'Not Found' }, 404)
    const grant = await admit(c, collection)
    if (grant instanceof Response) return grant
    const document = await find(person(grant.personId), collection, id)
    return document === null ? c.json({ detail: 'Not Found' }, 404) : c.json(document)
  })

  async function find(who: Person, collection: string, id: string): Promise<OuraDocument | null> {
    const now = kit.clock.now()
    const edits = await kit.edits.of(who.id)
    const known = dayOfDocument.get(`${collection} ${id}`)
    const today = dayOfInstant(now, who.timeZone)
    const days = known === undefined ? daysFrom(plusDays(today, -SEARCH_BACK_DAYS), today).reverse() : [known]
    for (const day of days) {
      const found = currentDocuments(who, collection, day, now, edits).find((document) => document.id === id)
      if (found !== undefined) {
        remember(collection, found)
        return found
      }
    }
    return null
  }

  function remember(collection: string, document: OuraDocument): void {
    if (dayOfDocument.size > 100_000) dayOfDocument.clear()
    dayOfDocument.set(`${collection} ${document.id}`, document.day)
  }
}

/** `next_token` is where the next page begins. */
function pageOf<Item>(
  items: Item[],
  nextToken: string | undefined,
  size: number,
): { data: Item[]; next_token: string | null } {
  const offset =
    nextToken === undefined ? 0 : Number.parseInt(Buffer.from(nextToken, 'base64url').toString('utf8'), 10) || 0
  const end = offset + size
  return {
    data: items.slice(offset, end),
    next_token: end < items.length ? Buffer.from(String(end)).toString('base64url') : null,
  }
}

function invalid(c: HonoContext, name: string): Response {
  return c.json({ detail: [{ loc: ['query', name], msg: 'invalid date format', type: 'value_error.date' }] }, 422)
}
