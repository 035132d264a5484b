// iHealth's cloud: everything by GET, credentials in every query, notifications without a signature.
import { type Context as HonoContext, Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import type { Levers, NotifyOrder } from '../kit/control.ts'
import { edited } from '../kit/edits.ts'
import type { Grant } from '../kit/grants.ts'
import { type Kit, openKit } from '../kit/kit.ts'
import { exchange, mountAuthorize, type OauthHooks } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { dayOfInstant, daysFrom, midnight, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { answerOf } from './answers.ts'
import { type File, FILES, hash, type Item, itemsOf } from './items.ts'
import { AUTHORIZE, problem, rules } from './rules.ts'

const SCOPES: Record<File | 'userinfo', string> = {
  bp: 'OpenApiBP',
  weight: 'OpenApiWeight',
  glucose: 'OpenApiBG',
  spo2: 'OpenApiSpO2',
  activity: 'OpenApiActivity',
  sleep: 'OpenApiSleep',
  sport: 'OpenApiSport',
  userinfo: 'OpenApiUserInfo',
}
const DAYS_WATCHED = 2
const DAYS_TO_CHANGE = 14
const LAST_MONTHS_DAYS = 90

export function createIhealthSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const cloud = new Hono()

  async function current(who: Person, file: File, days: readonly string[]): Promise<(Item & { day: string })[]> {
    const edits = await kit.edits.of(who.id)
    const all = days.flatMap((day) => itemsOf(who, file, day, kit.clock.now()).map((item) => ({ ...item, day })))
    return edited(all, file, edits, { id: ({ DataID }) => DataID, rewrite: rewritten })
  }

  async function newest(personId: string, days: number, gone = false) {
    const who = person(personId)
    const today = dayOfInstant(kit.clock.now(), who.timeZone)
    const range = daysFrom(plusDays(today, 1 - days), today)
    const lists = await Promise.all(
      FILES.map(async (file) => {
        const items = gone
          ? range.flatMap((day) => itemsOf(who, file, day, kit.clock.now()).map((item) => ({ ...item, day })))
          : await current(who, file, range)
        return items.map((item) => ({ kind: file as string, id: item.DataID, day: item.day, item }))
      }),
    )
    return lists.flat()
  }

  async function tell(grant: Grant, items: readonly { kind: string; item: Item }[], forged = false): Promise<number[]> {
    const callback = await kit.callbackOf(grant.clientId)
    if (callback === null) return []
    const url = new URL(callback)
    if (forged) url.search = '?key=a-guess'
    const json = items.map(({ kind, item }) => ({
      CollectionType: kind,
      MDate: new Date(item.wall * 1000).toISOString().slice(0, 19).replace('T', ' '),
      UserID: userIdOf(grant.personId),
      SubscriptionId: 'sandbox-subscription_id',
    }))
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({ url: url.href, json }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const notices = watch(kit, {
    items: (grant) => newest(grant.personId, DAYS_WATCHED),
    async announce(grant, changes) {
      const items = await newest(grant.personId, DAYS_WATCHED)
      const changed = items.filter((each) => changes.some(({ kind, id }) => each.kind === kind && each.id === id))
      await tell(grant, changed)
    },
  })

  const hooks = hooksOf((grant) => notices.remember(grant))
  // One URL for both: what has a code or a refresh token asks for tokens.
  cloud.get(AUTHORIZE, async (c, next) => {
    const { response_type: type, ...query } = c.req.query()
    if (type === 'refresh_token') return exchange(c, kit, { ...query, grant_type: 'refresh_token' }, hooks)
    return query.grant_type === undefined ? next() : exchange(c, kit, query, hooks)
  })
  mountAuthorize(cloud, kit)

  cloud.get('/openapiv2/user/:user/:file{[a-z0-9]+\\.json}/', async (c) => {
    const file = FILES.find((each) => `${each}.json` === c.req.param('file'))
    if (file === undefined) return kit.refuse('missing', 'APIName is invalid')
    const query = c.req.query()
    const grant = await admit(kit, c, file, query)
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    const now = kit.clock.now()
    const tomorrow = Date.parse(`${plusDays(dayOfInstant(now, who.timeZone), 1)}T00:00:00Z`) / 1000
    const from = Number(query.start_time ?? tomorrow - LAST_MONTHS_DAYS * 86_400)
    const to = Number(query.end_time ?? tomorrow)
    if (!Number.isFinite(from) || !Number.isFinite(to)) return kit.refuse('bad_request', 'start_time is invalid')
    const day = (wall: number): string => new Date(wall * 1000).toISOString().slice(0, 10)
    const last = day(Math.min(to, tomorrow))
    const items = (await current(who, file, daysFrom(plusDays(day(from), -1), last)))
      .filter(({ wall }) => wall >= from && wall <= to)
      .sort((a, b) => b.wall - a.wall)
    const url = `${kit.baseUrl}${c.req.path}`
    return c.json(answerOf(file, items, Math.max(1, Number(query.page_index ?? 1)), query.locale ?? 'default', url))
  })

  cloud.get('/openapiv2/user/:user{[a-z0-9]+\\.json}/', async (c) => {
    const grant = await admit(kit, c, 'userinfo', c.req.query())
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    return c.json({
      HeightUnit: 0,
      WeightUnit: 0,
      dateofbirth: midnight(`${2026 - who.age}-03-14`, 'UTC') / 1000,
      gender: who.sex === 'male' ? 'Male' : 'Female',
      height: Math.round(who.heightM * 100),
      logo: '',
      nickname: who.name,
      userid: userIdOf(who.id),
      weight: who.weightKg,
    })
  })

  const levers: Levers = {
    items: async (personId, kind) =>
      (await newest(personId, DAYS_TO_CHANGE)).filter((each) => each.kind === (kind ?? 'bp')),
    async notify({ grant, kind, id, what, forged }: NotifyOrder) {
      const all = await newest(grant.personId, DAYS_TO_CHANGE, what === 'delete')
      const found = all.findLast((each) => each.kind === (kind ?? 'activity') && (id === null || each.id === id))
      if (found === undefined) throw new RangeError(`nothing of kind ${kind} to tell of`)
      return tell(grant, [found], forged)
    },
    tick: () => notices.look(),
  }
  return serve(kit, cloud, levers)
}

/** Whose the token is, and that the application has the codes of this type. */
async function admit(
  kit: Kit,
  c: HonoContext,
  file: File | 'userinfo',
  query: Record<string, string>,
): Promise<Grant | Response> {
  const { client_id: clientId = '', client_secret: secret, sc, sv, start_time: from, end_time: to } = query
  const instant = (wall: string | undefined) =>
    wall === undefined ? undefined : new Date(Number(wall) * 1000).toISOString()
  const range = { from: instant(from), to: instant(to) }
  const grant = await kit.admit(c.req.raw, { kind: file, scope: SCOPES[file], ...range })
  if (grant instanceof Response) return grant
  if (grant.clientId !== clientId || secret !== clientSecretOf(clientId)) {
    return problem('invalid_client', 2001, 'client_id or client_secret is wrong')
  }
  if (sc !== 'sandbox-sc' || sv !== `sandbox-sv_${file}`) {
    return problem('SC_or_SV_is_not_authorized', '0003', 'Sc or sv is unauthorized.')
  }
  const named = c.req.param('user')?.replace(/\.json$/, '')
  return named === userIdOf(grant.personId) ? grant : kit.refuse('scope', 'the token is of somebody else')
}

function hooksOf(begun: (grant: Grant) => Promise<void>): OauthHooks {
  return {
    begun,
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        APIName: grant.scopes.join(' '),
        AccessToken: accessToken,
        Expires: expiresInSeconds,
        RefreshToken: refreshToken,
        UserID: userIdOf(grant.personId),
        UserRegion: 'api.ihealthlabs.com',
        client_para: '',
        TokenType: 'Bearer',
      }),
    refuse(_, { error, description }) {
      if (error === 'invalid_client') return problem('invalid_client', 2001, description)
      return problem('unauthorized_token', 2002, description)
    },
  }
}

function userIdOf(personId: string): string {
  return hash('ihealth account', personId)
}

function rewritten(item: Item & { day: string }, times: number): Item & { day: string } {
  const { fields } = item
  const field = ['HP', 'WeightValue', 'BG', 'BO', 'Steps', 'HoursSlept', 'Calories'].find((name) => name in fields)!
  const LastChangeTime = (fields.LastChangeTime as number) + times
  return { ...item, fields: { ...fields, [field]: (fields[field] as number) + times, LastChangeTime } }
}
