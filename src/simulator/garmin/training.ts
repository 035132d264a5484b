// The Training API: workouts, and the days on which they are planned. Making one and reading it have different addresses.
import type { Hono } from 'hono'
import type { Admitted, Kit } from '../kit/kit.ts'
import { hash } from './summary.ts'

const MAX_STEPS = 100
const MAX_DESCRIPTION = 1024
const MAX_SOURCE = 20

interface Scheduled {
  scheduleId: number
  workoutId: number
  date: string
}

interface Workout {
  workoutId?: number
  workoutName?: unknown
  sport?: unknown
  description?: unknown
  workoutProvider?: unknown
  workoutSourceId?: unknown
  segments?: unknown
}

export function mountTraining(app: Hono, kit: Kit): void {
  async function admit(request: Request, kind: string): Promise<Admitted | Response> {
    const grant = await kit.admit(request, { kind })
    if (grant instanceof Response || grant.scopes.includes('WORKOUT_IMPORT')) return grant
    return refusal(412, 'User has not granted WORKOUT_IMPORT permission')
  }
  const own = (grant: Admitted, what: string, id: number | string = ''): string =>
    `training:${grant.personId}:${what}:${id}`
  async function newId(grant: Admitted): Promise<number> {
    const key = own(grant, 'next')
    const next = Number((await kit.state.take(key)) ?? 0) + 1
    await kit.state.put(key, String(next))
    return 1_000_000_000 + (Number.parseInt(hash('training', grant.personId).slice(0, 6), 16) % 900_000) * 1000 + next
  }

  app.post('/workoutportal/workout/v2', async (c) => {
    const grant = await admit(c.req.raw, 'workout')
    if (grant instanceof Response) return grant
    const workout = (await c.req.json()) as Workout
    const problem = problemOf(workout)
    if (problem !== null) return refusal(400, problem)
    const stored = { ...workout, workoutId: await newId(grant), ownerId: 73_491_822 }
    await kit.state.put(own(grant, 'workout', stored.workoutId), JSON.stringify(stored))
    return c.json(stored)
  })

  app.get('/training-api/workout/v2/:id', async (c) => {
    const grant = await admit(c.req.raw, 'workout')
    if (grant instanceof Response) return grant
    const stored = await kit.state.get(own(grant, 'workout', c.req.param('id')))
    return stored === null ? refusal(404, 'Workout not found') : c.json(JSON.parse(stored))
  })

  app.delete('/training-api/workout/v2/:id', async (c) => {
    const grant = await admit(c.req.raw, 'workout')
    if (grant instanceof Response) return grant
    const gone = await kit.state.take(own(grant, 'workout', c.req.param('id')))
    return gone === null ? refusal(404, 'Workout not found') : c.body(null, 204)
  })

  app.post('/training-api/schedule/', async (c) => {
    const grant = await admit(c.req.raw, 'schedule')
    if (grant instanceof Response) return grant
    const { workoutId, date } = (await c.req.json()) as { workoutId?: unknown; date?: unknown }
    const known = typeof workoutId === 'number' ? await kit.state.get(own(grant, 'workout', workoutId)) : null
    if (known === null) return refusal(400, 'workoutId is not valid')
    if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) return refusal(400, 'date is not valid')
    const scheduled = { scheduleId: await newId(grant), workoutId: workoutId as number, date }
    await kit.state.put(own(grant, 'schedule', scheduled.scheduleId), JSON.stringify(scheduled))
    return c.json(scheduled)
  })

  app.get('/training-api/schedule', async (c) => {
    const grant = await admit(c.req.raw, 'schedule')
    if (grant instanceof Response) return grant
    const { startDate = '', endDate = '' } = c.req.query()
    const rows = await kit.state.list(own(grant, 'schedule'))
    const all = rows.map(({ value }) => JSON.parse(value) as Scheduled)
    return c.json(all.filter(({ date }) => date >= startDate && date <= endDate))
  })

  app.get('/training-api/schedule/:id', async (c) => {
    const grant = await admit(c.req.raw, 'schedule')
    if (grant instanceof Response) return grant
    const stored = await kit.state.get(own(grant, 'schedule', c.req.param('id')))
    return stored === null ? refusal(404, 'Schedule not found') : c.json(JSON.parse(stored))
  })

  app.put('/training-api/schedule/:id', async (c) => {
    const grant = await admit(c.req.raw, 'schedule')
    if (grant instanceof Response) return grant
    const key = own(grant, 'schedule', c.req.param('id'))
    const stored = await kit.state.get(key)
    if (stored === null) return refusal(404, 'Schedule not found')
    const { date } = (await c.req.json()) as { date?: unknown }
    if (typeof date !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(date)) return refusal(400, 'date is not valid')
    await kit.state.put(key, JSON.stringify({ ...(JSON.parse(stored) as Scheduled), date }))
    return c.body(null, 204)
  })

  app.delete('/training-api/schedule/:id', async (c) => {
    const grant = await admit(c.req.raw, 'schedule')
    if (grant instanceof Response) return grant
    const gone = await kit.state.take(own(grant, 'schedule', c.req.param('id')))
    return gone === null ? refusal(404, 'Schedule not found') : c.body(null, 204)
  })

  app.all('/workoutportal/*', () => Response.json({ message: 'Route failed', error: 'RouteFailed' }, { status: 500 }))
  app.all('/training-api/*', () => Response.json({ message: 'Route failed', error: 'RouteFailed' }, { status: 500 }))
}

function problemOf({ workoutName, sport, description, workoutProvider, workoutSourceId, segments }: Workout) {
  if (typeof workoutName !== 'string' || workoutName === '') return 'workoutName is required'
  if (typeof sport !== 'string') return 'sport is required'
  if (typeof description === 'string' && description.length > MAX_DESCRIPTION) return 'description is too long'
  for (const name of [workoutProvider, workoutSourceId]) {
    if (typeof name === 'string' && name.length > MAX_SOURCE)
      return 'workoutProvider and workoutSourceId: 20 characters'
  }
  if (!Array.isArray(segments) || segments.length === 0) return 'segments are required'
  const steps = segments.flatMap((segment: { steps?: unknown[] }) => segment.steps ?? [])
  if (steps.length === 0) return 'steps are required'
  return countSteps(steps) > MAX_STEPS ? `at most ${MAX_STEPS} steps` : null
}

function countSteps(steps: readonly unknown[]): number {
  return steps.reduce<number>((sum, step) => sum + 1 + countSteps((step as { steps?: unknown[] }).steps ?? []), 0)
}

function refusal(status: number, message: string): Response {
  return Response.json({ message }, { status })
}
