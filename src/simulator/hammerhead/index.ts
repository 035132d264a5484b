// Hammerhead's cloud: lists without types and starts, a file for each ride, and notifications of what was uploaded.
import { createHash, createHmac } from 'node:crypto'
import { Hono } from 'hono'
import { edited } from '../kit/edits.ts'
import { fitFileOf } from '../kit/fit.ts'
import type { Grant } from '../kit/grants.ts'
import { openKit } from '../kit/kit.ts'
import { mountAuthorize, mountToken } from '../kit/oauth.ts'
import { serve } from '../kit/serve.ts'
import { watch } from '../kit/watch.ts'
import { simulateDay, type Workout } from '../people/day.ts'
import { dayOfInstant, daysFrom, localIso, plusDays } from '../people/days.ts'
import { type Person, person } from '../people/person.ts'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { rules } from './rules.ts'

const KIND = 'activity'
const HAMMERHEAD = 289
const SCOPE = 'activity:read'
const UPLOADED_AFTER_MS = 300_000
const DAYS_WATCHED = 3
const DAYS_TO_CHANGE = 60
const HISTORY_DAYS = 400
const TYPES: Record<string, string> = { cycling: 'RIDE', hiking: 'MOUNTAIN_BIKE' }

interface Ride {
  day: string
  workout: Workout
  body: {
    id: string
    name: string
    createdAt: string
    duration: number
    distance: number
    activityType: string
    description: string
    polyline: string
    updatedAt: string
  }
}

export function createHammerheadSimulator(context: SimulatorContext): Simulator {
  const kit = openKit(context, rules)
  const app = new Hono()

  async function rides(personId: string, days: number): Promise<Ride[]> {
    const who = person(personId)
    const now = kit.clock.now()
    const today = dayOfInstant(now, who.timeZone)
    const all = daysFrom(plusDays(today, 1 - days), today).flatMap((day) =>
      simulateDay(who, day)
        .workouts.filter(({ endAt, manual }) => !manual && endAt + UPLOADED_AFTER_MS <= now)
        .map((workout) => ({ day, workout, body: bodyOf(who, workout) })),
    )
    return edited(all, KIND, await kit.edits.of(personId), {
      id: ({ body }) => body.id,
      rewrite: (each, times) => ({ ...each, body: renamed(each.body, times) }),
    })
  }

  /** Edits and removals are silent. */
  async function announce(grant: Grant, id: string, forged = false): Promise<number[]> {
    const [url, secret] = await Promise.all([kit.callbackOf(grant.clientId), kit.callbackSecretOf(grant.clientId)])
    if (url === null) return []
    const body = JSON.stringify({ activityId: id, userId: userIdOf(grant.personId) })
    const signature = createHmac('sha256', forged ? 'somebody else' : (secret ?? ''))
      .update(body)
      .digest('hex')
    const status = await kit.notifier.send({
      personId: grant.personId,
      request: () => ({ url, body, headers: { 'content-type': 'application/json', 'x-hmac-signature': signature } }),
      answered: async () => (forged ? 'stop' : undefined),
    })
    return [status]
  }

  const watched = watch(kit, {
    items: async ({ personId }) =>
      (await rides(personId, DAYS_WATCHED)).map(({ body, day }) => ({ kind: KIND, id: body.id, day, item: body })),
    async announce(grant, changes) {
      for (const { id, what } of changes) if (what === 'create') await announce(grant, id)
    },
  })

  mountAuthorize(app, kit)
  mountToken(app, kit, {
    begun: (grant) => watched.remember(grant),
    answer: (c, { accessToken, refreshToken, expiresInSeconds, grant }) =>
      c.json({
        token_type: 'bearer',
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_in: expiresInSeconds,
        user_id: userIdOf(grant.personId),
        scope: grant.scopes.join(' '),
      }),
  })
  app.post('/v1/auth/oauth/deauthorize', async (c) => {
    const grant = await kit.grants.of(new URLSearchParams(await c.req.text()).get('token') ?? '')
    if (grant !== null) await kit.grants.end(grant.clientId, grant.personId)
    return c.json({})
  })

  app.get('/v1/api/activities', async (c) => {
    const { page = '1', perPage = '50', startDate = '' } = c.req.query()
    const grant = await kit.admit(c.req.raw, { kind: KIND, scope: SCOPE, from: startDate })
    if (grant instanceof Response) return grant
    const size = Math.min(100, Number(perPage))
    const all = (await rides(grant.personId, HISTORY_DAYS)).filter(({ day }) => day >= startDate).reverse()
    const data = all
      .slice((Number(page) - 1) * size, Number(page) * size)
      .map(({ body: { id, name, createdAt, duration, distance } }) => ({ id, name, createdAt, duration, distance }))
    const totalPages = Math.ceil(all.length / size)
    return c.json({ totalItems: all.length, totalPages, perPage: size, currentPage: Number(page), data })
  })

  for (const path of ['', '/file'] as const) {
    app.get(`/v1/api/activities/:id${path}`, async (c) => {
      const grant = await kit.admit(c.req.raw, { kind: path === '' ? KIND : 'fit', scope: SCOPE })
      if (grant instanceof Response) return grant
      const found = (await rides(grant.personId, HISTORY_DAYS)).find(({ body }) => body.id === c.req.param('id'))
      if (found === undefined) return kit.refuse('missing', 'Not Found')
      if (path === '') return c.json(found.body)
      const file = fileOf(person(grant.personId), found.workout)
      return new Response(Buffer.from(file), { headers: { 'content-type': 'application/vnd.ant.fit' } })
    })
  }

  return serve(kit, app, {
    async items(personId) {
      return (await rides(personId, DAYS_TO_CHANGE)).map(({ body, day }) => ({ kind: KIND, id: body.id, day }))
    },
    async notify({ grant, id, forged }) {
      const newest = id ?? (await rides(grant.personId, DAYS_TO_CHANGE)).at(-1)?.body.id
      return newest === undefined ? [] : announce(grant, newest, forged)
    },
    tick: () => watched.look(),
  })
}

function bodyOf(who: Person, workout: Workout): Ride['body'] {
  const uploaded = new Date(workout.endAt + UPLOADED_AFTER_MS).toISOString()
  const hash = createHash('sha256').update(`karoo|${who.id}|${workout.startAt}`).digest('hex')
  return {
    id: `${userIdOf(who.id)}.activity.${hash.slice(0, 12)}`,
    name: workout.sport.replaceAll('_', ' '),
    createdAt: uploaded,
    duration: (workout.endAt - workout.startAt) / 1000,
    distance: workout.meters ?? 0,
    activityType: TYPES[workout.sport] ?? 'RIDE',
    description: '',
    polyline: '',
    updatedAt: uploaded,
  }
}

function renamed(body: Ride['body'], times: number): Ride['body'] {
  const updatedAt = new Date(Date.parse(body.updatedAt) + times * 60_000).toISOString()
  return { ...body, name: `${body.name} (${times})`, updatedAt }
}

function fileOf(who: Person, workout: Workout): Uint8Array {
  const zone = localIso(workout.startAt, who.timeZone).slice(23)
  const minutes = (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)))
  return fitFileOf(who, workout, {
    manufacturer: HAMMERHEAD,
    serial: Number(userIdOf(who.id)),
    utcOffsetMinutes: minutes,
  })
}

function userIdOf(personId: string): string {
  const hash = createHash('sha256').update(`hammerhead|${personId}`).digest('hex')
  return String(10_000 + (Number.parseInt(hash.slice(0, 8), 16) % 900_000))
}
