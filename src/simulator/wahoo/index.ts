// Wahoo's cloud: workouts in pages without dates, files on another host, and notifications that carry the portal's token.
import { Hono } from 'hono'
import type { Grant } from '../kit/grants.ts'
import { type Kit, openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { simulateDay, weightOn } from '../people/day.ts'
import { dayOfInstant, plusDays } from '../people/days.ts'
import { person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { rules } from './rules.ts'
import { fileOf, KIND, numberOf, type Uploaded, workoutsOf } from './workouts.ts'

const HISTORY_DAYS = 400
const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 60
const OFFLINE = 'offline_data'

export function createWahooSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const app = new Hono()

  async function uploaded(personId: string, days: number): Promise<Uploaded[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    return workoutsOf(who, plusDays(today, 1 - days), today, now, await kit.edits.of(personId), kit.baseUrl)
  }

  async function announce(grant: Grant, id: string, forged = false): Promise<number[]> {
    const [url, token] = await Promise.all([kit.callbackOf(grant.clientId), kit.callbackSecretOf(grant.clientId)])
    const found = (await uploaded(grant.personId, DAYS_TO_CHANGE)).find(({ body }) => String(body.id) === id)
    // Only who granted that gets any. Removals are silent.
    if (url === null || found === undefined || !grant.scopes.includes(OFFLINE)) return []
    const { workout_summary: summary, ...workout } = found.body
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({
        url,
        json: {
          event_type: 'workout_summary',
          webhook_token: forged ? 'somebody-else' : token,
          user: { id: numberOf('wahoo account', grant.personId) },
          workout_summary: { ...(summary as object), workout },
        },
      }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    items: async (grant) =>
      (await uploaded(grant.personId, DAYS_WATCHED)).map(({ body, day }) => ({
        kind: KIND,
        id: String(body.id),
        day,
        item: body,
      })),
    async announce(grant, changes) {
      for (const { id, what } of changes) if (what !== 'delete') await announce(grant, id)
    },
  })

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => watched.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        access_token: accessToken,
        token_type: 'Bearer',
        expires_in: expiresInSeconds,
        refresh_token: refreshToken,
        scope: grant.scopes.join(' '),
        created_at: Math.floor(kit.clock.now() / 1000),
      }),
  })
  mountData(app, kit, uploaded)

  return serve(kit, app, {
    async items(personId) {
      return (await uploaded(personId, DAYS_TO_CHANGE)).map(({ body, day }) => ({
        kind: KIND,
        id: String(body.id),
        day,
      }))
    },
    async notify({ grant, id, forged }) {
      const newest = id ?? (await uploaded(grant.personId, DAYS_TO_CHANGE)).at(-1)?.body.id
      return newest === undefined ? [] : announce(grant, String(newest), forged)
    },
    tick: () => watched.look(),
  })
}

function mountData(app: Hono, kit: Kit, uploaded: (personId: string, days: number) => Promise<Uploaded[]>): void {
  app.get('/v1/user', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'user', scope: 'user_read' })
    if (grant instanceof Response) return grant
    const who = person(grant.personId)
    const month = `${dayOfInstant(kit.clock.now(), who.timeZone).slice(0, 7)}-01`
    return c.json({
      id: numberOf('wahoo account', who.id),
      height: String(who.heightM),
      weight: weightOn(who, month).toFixed(1),
      first: who.name,
      last: 'Example',
      email: who.email,
      birth: `${2026 - who.age}-02-17`,
      gender: who.sex === 'female' ? 1 : 0,
      created_at: '2024-05-23T17:45:39.000Z',
      updated_at: `${month}T03:11:00.000Z`,
    })
  })

  app.get('/v1/workouts', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: KIND, scope: 'workouts_read' })
    if (grant instanceof Response) return grant
    const page = Number(c.req.query('page') ?? 1)
    const size = Math.min(60, Number(c.req.query('per_page') ?? 30))
    const all = (await uploaded(grant.personId, HISTORY_DAYS)).map(({ body }) => body).reverse()
    const workouts = all.slice((page - 1) * size, page * size)
    return c.json({ workouts, total: all.length, page, per_page: size, order: 'descending', sort: 'starts' })
  })

  app.get('/v1/workouts/:id', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: KIND, scope: 'workouts_read' })
    if (grant instanceof Response) return grant
    const found = (await uploaded(grant.personId, HISTORY_DAYS)).find(
      ({ body }) => String(body.id) === c.req.param('id'),
    )
    return found === undefined ? kit.refuse('missing', 'Not found') : c.json(found.body)
  })

  app.delete('/v1/permissions', async (c) => {
    const grant = await kit.admit(c.req.raw, { kind: 'permissions' })
    if (grant instanceof Response) return grant
    await kit.grants.end(grant.clientId, grant.personId)
    return c.json({ success: 'Application has been revoked' })
  })

  // Public, under names that nobody guesses.
  app.get('/files/:person/:start/:file', (c) => {
    const who = person(c.req.param('person'))
    kit.counting.asked(who.id, { kind: 'file' })
    const startAt = Number(c.req.param('start'))
    const day = dayOfInstant(startAt, who.timeZone)
    const workout = simulateDay(who, day).workouts.find((each) => each.startAt === startAt)
    if (workout === undefined) return c.text('Not Found', 404)
    return new Response(Buffer.from(fileOf(who, workout)), { headers: { 'content-type': 'application/octet-stream' } })
  })
}
