// Dexcom's cloud: readings hours late, windows of at most thirty days, no notifications.
import { type Context as HonoContext, Hono } from 'hono'
import { edited } from '../kit/edits.ts'
import { type Kit, openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { dayOfInstant, daysFrom, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { calibrationsOf, DELAY_MS, type DexcomRecord, egvsOf, eventsOf, type Kept, userIdOf } from './records.ts'
import { rulesOf } from './rules.ts'

const WINDOW_MS = 30 * 86_400_000
const HISTORY_DAYS = 400
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/

type Kind = 'egvs' | 'events' | 'calibrations'
const KINDS: Record<Kind, { type: string; of: (who: Person, day: string) => Kept[] }> = {
  egvs: { type: 'egv', of: egvsOf },
  events: { type: 'event', of: eventsOf },
  calibrations: { type: 'calibration', of: calibrationsOf },
}

export function createDexcomSimulator(id: string, name: string) {
  return (context: SimulatorContext): Simulator => {
    const kit = openKit(context, rulesOf(id, name))
    const app = new Hono()
    mountAuthorize(app, kit)
    mountToken(app, kit, {
      answer: (c, { accessToken, refreshToken, expiresInSeconds }) =>
        c.json({
          access_token: accessToken,
          expires_in: expiresInSeconds,
          token_type: 'Bearer',
          refresh_token: refreshToken,
        }),
    })
    mountData(app, kit)
    return serve(kit, app, {
      async items(personId, kind) {
        const who = person(personId)
        const today = dayOfInstant(kit.clock.now() - DELAY_MS, who.timeZone)
        const asked = kind === null ? 'events' : (kind as Kind)
        const kept = await visible(kit, who, asked, plusDays(today, -2), today)
        return kept.map(({ at, record }) => ({ kind: asked, id: record.recordId, day: dayOfInstant(at, who.timeZone) }))
      },
      tick: async () => 0,
    })
  }
}

function mountData(app: Hono, kit: Kit): void {
  for (const kind of Object.keys(KINDS) as Kind[]) {
    app.get(`/v3/users/self/${kind}`, async (c) => {
      const { startDate = '', endDate = '' } = c.req.query()
      const grant = await kit.admit(c.req.raw, { kind, from: startDate.slice(0, 10), to: endDate.slice(0, 10) })
      if (grant instanceof Response) return grant
      const from = Date.parse(`${startDate}Z`)
      const to = Date.parse(`${endDate}Z`)
      if (!TIME.test(startDate) || !TIME.test(endDate) || to <= from) return bad(c, 'startDate and endDate are invalid')
      if (to - from > WINDOW_MS) return bad(c, 'the window is larger than 30 days')
      const who = person(grant.personId)
      const first = plusDays(startDate.slice(0, 10), -1)
      const kept = await visible(kit, who, kind, first, plusDays(endDate.slice(0, 10), 1))
      return c.json({
        recordType: KINDS[kind].type,
        recordVersion: '3.0',
        userId: userIdOf(who, grant.clientId),
        records: kept
          .filter(({ at }) => at >= from && at < to)
          .reverse()
          .map(({ record }) => record),
      })
    })
  }

  app.get('/v3/users/self/dataRange', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'dataRange' })
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    const today = dayOfInstant(kit.clock.now(), who.timeZone)
    const range = async (kind: Kind) => {
      const newest = (await visible(kit, who, kind, plusDays(today, -7), today)).at(-1)
      const oldest = KINDS[kind].of(who, plusDays(today, -HISTORY_DAYS))[0] ?? newest
      if (newest === undefined || oldest === undefined) return null
      return { start: timesOf(oldest.record), end: timesOf(newest.record) }
    }
    return c.json({
      recordType: 'dataRange',
      recordVersion: '3.0',
      userId: userIdOf(who, grant.clientId),
      calibrations: await range('calibrations'),
      egvs: await range('egvs'),
      events: await range('events'),
    })
  })

  app.get('/v3/users/self/devices', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'devices' })
    if (grant instanceof Response) return grant
    // Now and then: what had been asked before is not different each time.
    const uploaded = `${new Date(kit.clock.now() - DELAY_MS).toISOString().slice(0, 10)}T00:00:00Z`
    const device = {
      lastUploadDate: uploaded,
      transmitterGeneration: 'g7',
      displayDevice: 'iOS',
      displayApp: 'G7',
      alertSchedules: [],
    }
    const userId = userIdOf(person(grant.personId), grant.clientId)
    return c.json({ recordType: 'device', recordVersion: '3.0', userId, records: [device] })
  })
}

/** Oldest first: what has come out by now, after what was changed. */
async function visible(kit: Kit, who: Person, kind: Kind, first: string, last: string): Promise<Kept[]> {
  const until = kit.clock.now() - DELAY_MS
  const today = dayOfInstant(kit.clock.now(), who.timeZone)
  const earliest = plusDays(today, -HISTORY_DAYS)
  const start = first < earliest ? earliest : first
  const kept = daysFrom(start, last < today ? last : today)
    .flatMap((day) => KINDS[kind].of(who, day))
    .filter(({ at }) => at <= until)
  const edits = await kit.edits.of(who.id)
  if (kind !== 'events') return kept
  // An entry that was removed is still named, as deleted.
  const removed = new Set(edits.filter((each) => each.what === 'gone' && each.kind === kind).map((each) => each.id))
  const left = kept.map((each) =>
    removed.has(each.record.recordId) ? changed(each, { eventStatus: 'deleted' }) : each,
  )
  return edited(
    left,
    kind,
    edits.filter(({ what }) => what === 'rewritten'),
    {
      id: ({ record }) => record.recordId,
      rewrite: (each, times) =>
        changed(each, { eventStatus: 'updated', value: String(Number(each.record.value) + times) }),
    },
  )
}

function changed(kept: Kept, change: Partial<DexcomRecord>): Kept {
  return { ...kept, record: { ...kept.record, ...change } }
}

function timesOf({ systemTime, displayTime }: DexcomRecord): { systemTime: string; displayTime: string } {
  return { systemTime, displayTime }
}

function bad(c: HonoContext, message: string): Response {
  return c.json({ errors: [{ title: message }] }, 400)
}
