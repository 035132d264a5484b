// Workouts planned in the person's calendar at the provider: the older path, which published clients call, and the newer.
import { z } from 'zod'
import { dataEvent, PAYLOAD_VERSION } from '../../model/events.ts'
import { addDays, countDays, isLocalDay, localDayOf } from '../../model/local-day.ts'
import { parsePlannedWorkout } from '../../model/planned-workout-input.ts'
import { PlannedWorkout } from '../../model/planned-workout.ts'
import { TerraUser } from '../../model/user.ts'
import { appendEvents } from '../../outbox/append.ts'
import { terraUser } from '../../outbox/terra-user.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import { mustBeThere } from '../connection-named.ts'
import { operation, Reply } from '../http/operation.ts'
import { yesOrNo } from '../http/parameters.ts'
import {
  asked,
  type Calendar,
  calendarOf,
  cannot,
  forget,
  fromTemplates,
  listed,
  noSuchPlan,
  removed,
} from './calendar.ts'

const MAX_WORKOUTS = 25
const LONGEST_DAYS = 366
const DEFAULT_DAYS = 30
const tags = ['Writing']
const user = { user_id: z.string().optional().describe('Whose calendar.') }
const Params = z.object({ planned_workout_id: z.string() })

/** Older clients read `metadata` and `steps` at the top, newer ones under `details`. */
const Planned = PlannedWorkout.extend({
  metadata: PlannedWorkout.shape.details.shape.metadata,
  steps: PlannedWorkout.shape.details.shape.steps,
})

const Summary = PlannedWorkout.pick({
  planned_workout_id: true,
  planned_date: true,
  is_external: true,
  workout_id: true,
  provider_workout_id: true,
  coercion_warnings: true,
})

const errors = {
  400: 'The source takes no planned workouts, a field is wrong, or the connection cannot be used (`reason`).',
  404: 'There is no such user.',
  424: 'The provider refused it.',
  429: 'The provider limits us; `retry-after` says how long.',
  502: 'The provider did not answer as it should.',
}

function checkCount(data: readonly unknown[], what: string): void {
  if (data.length >= 1 && data.length <= MAX_WORKOUTS) return
  throw new ApiError('invalid_request', 400, `data: expected 1 to ${MAX_WORKOUTS} ${what}`)
}

function readPlannedWorkout(given: unknown, path: string): PlannedWorkout {
  const parsed = parsePlannedWorkout(given)
  if (parsed.success) return parsed.data
  const { path: inside, message } = parsed.error.issues[0]!
  throw new ApiError('invalid_request', 400, `${[path, ...inside].join('.')}: ${message}`)
}

function shown(plan: PlannedWorkout): z.infer<typeof Planned> {
  return { ...plan, metadata: plan.details.metadata, steps: plan.details.steps }
}

function daysOf(start: string, end: string): { start: string; end: string } {
  for (const [name, day] of Object.entries({ start_date: start, end_date: end })) {
    if (!isLocalDay(day)) throw new ApiError('invalid_request', 400, `${name}: expected a day, YYYY-MM-DD`)
  }
  const days = countDays(start, end)
  if (days < 1) throw new ApiError('invalid_request', 400, 'end_date: comes before start_date')
  if (days > LONGEST_DAYS) throw new ApiError('invalid_request', 400, `end_date: at most ${LONGEST_DAYS} days later`)
  return { start, end }
}

const plan = operation({
  method: 'POST',
  path: '/plannedWorkout',
  id: 'planWorkouts',
  summary: 'Plan workouts at the provider',
  description:
    'Each item has `metadata` and `steps`, at the top or under `details`. Codes may be numbers or words. Items are ' +
    'planned in order; of a refused one, `planned_ids` names those before it.',
  tags,
  auth: 'apiKey',
  query: z.object(user),
  body: z.object({ data: z.array(z.unknown()) }),
  responses: {
    201: {
      description: 'Planned; `log_ids` in the order of `data`.',
      schema: z.object({ user: TerraUser, log_ids: z.array(z.string()), message: z.string() }),
    },
  },
  errors,
  handler: async ({ ctx, environment, query, body }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    checkCount(body.data, 'planned workouts')
    const workouts = body.data.map((given, i) => readPlannedWorkout(given, `data.${i}`))
    const ids: string[] = []
    for (const [i, workout] of workouts.entries()) {
      try {
        const { id } = await asked(calendar, `data.${i}`, () => calendar.plans.create({ http: calendar.http, workout }))
        ids.push(id)
      } catch (error) {
        if (error instanceof ApiError && ids.length > 0) error.extra.planned_ids = ids
        throw error
      }
    }
    const message = 'PlannedWorkout successfully logged'
    return new Reply(201, { user: terraUser(calendar.connection), log_ids: ids, message })
  },
})

const listPlanned = operation({
  method: 'GET',
  startsWork: true,
  path: '/plannedWorkout',
  id: 'listPlannedWorkout',
  summary: 'Planned workouts of some days',
  tags,
  auth: 'apiKey',
  query: z.object({
    ...user,
    start_date: z.string().optional().describe('First day, YYYY-MM-DD. Default: today.'),
    end_date: z.string().optional().describe('Last day, included. Default: 30 days later.'),
    to_webhook: yesOrNo.default(false).describe('True: sent as an event `planned_workout` besides.'),
  }),
  responses: {
    200: {
      description: 'What stands in the calendar, also what others planned there.',
      schema: z.object({
        status: z.literal('success'),
        type: z.literal('planned_workout'),
        user: TerraUser,
        data: z.array(Planned),
        version: z.string(),
      }),
    },
  },
  errors,
  handler: async ({ ctx, environment, query, reference }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    const { connection } = calendar
    const start = query.start_date ?? localDayOf(ctx.clock.now(), connection.time_zone)
    const days = daysOf(start, query.end_date ?? (isLocalDay(start) ? addDays(start, DEFAULT_DAYS) : start))
    const data = (await listed(ctx, calendar, days)).map(shown)
    if (query.to_webhook) {
      const body = dataEvent('planned_workout', terraUser(connection), data)
      const event = { environmentId: environment.id, connection, reference, body, lane: 'live' as const }
      await ctx.db.transaction(async (tx) => {
        await mustBeThere(tx, connection.user_id)
        await appendEvents(ctx, tx, [event])
      })
    }
    return { status: 'success', type: 'planned_workout', user: terraUser(connection), data, version: PAYLOAD_VERSION }
  },
})

const unplan = operation({
  method: 'DELETE',
  path: '/plannedWorkout',
  id: 'unplanWorkouts',
  summary: 'Take planned workouts away',
  tags,
  auth: 'apiKey',
  query: z.object(user),
  body: z.object({ data: z.array(z.string().max(200)) }),
  responses: Object.fromEntries(
    [
      [200, 'All of them are gone.'],
      [207, 'Some are; `response_code` says which.'],
    ].map(([status, description]) => [
      status,
      {
        description,
        schema: z.object({
          user: TerraUser,
          processed_data: z.array(z.object({ id: z.string(), response_code: z.int() })),
        }),
      },
    ]),
  ),
  errors,
  handler: async ({ ctx, environment, query, body }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    checkCount(body.data, 'ids')
    const processed: { id: string; response_code: number }[] = []
    for (const id of body.data) {
      processed.push({ id, response_code: await removed(calendar, id) })
      await forget(ctx, calendar, processed.at(-1)!)
    }
    const all = processed.every(({ response_code: code }) => code === 200)
    return new Reply(all ? 200 : 207, { user: terraUser(calendar.connection), processed_data: processed })
  },
})

const listNewer = operation({
  method: 'GET',
  path: '/plannedWorkouts',
  id: 'listPlannedWorkouts',
  summary: 'Planned workouts, as the newer API lists them',
  tags,
  auth: 'apiKey',
  query: z.object({
    ...user,
    start_date: z.string().optional().describe('First day, YYYY-MM-DD; counts together with `end_date`.'),
    end_date: z.string().optional().describe('Last day, included. Without both: the last 30 days.'),
  }),
  responses: { 200: { description: 'In the order of the provider.', schema: z.array(PlannedWorkout) } },
  errors,
  handler: async ({ ctx, environment, query }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    const today = localDayOf(ctx.clock.now(), calendar.connection.time_zone)
    const { start_date: start, end_date: end } = query
    const both = start !== undefined && end !== undefined
    const days = both ? daysOf(start, end) : { start: addDays(today, -DEFAULT_DAYS), end: today }
    return listed(ctx, calendar, days)
  },
})

const readNewer = operation({
  method: 'GET',
  path: '/plannedWorkouts/{planned_workout_id}',
  id: 'getPlannedWorkout',
  summary: 'One planned workout',
  tags,
  auth: 'apiKey',
  params: Params,
  query: z.object(user),
  responses: { 200: { description: 'In short.', schema: Summary } },
  errors: { ...errors, 404: 'There is no such user or planned workout.' },
  handler: async ({ ctx, environment, params, query }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    return summaryOf(ctx, calendar, params.planned_workout_id)
  },
})

const moveNewer = operation({
  method: 'PATCH',
  path: '/plannedWorkouts/{planned_workout_id}',
  id: 'movePlannedWorkout',
  summary: 'Move a planned workout to another day',
  tags,
  auth: 'apiKey',
  params: Params,
  query: z.object(user),
  body: z.object({ planned_date: z.string().max(100).optional() }),
  responses: { 200: { description: 'As it stands now.', schema: Summary } },
  errors: { ...errors, 404: 'There is no such user or planned workout.' },
  handler: async ({ ctx, environment, params, query, body }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    const { planned_workout_id: id } = params
    const { planned_date: day = '' } = body
    if (!isLocalDay(day)) throw new ApiError('invalid_request', 400, 'planned_date: expected a day, YYYY-MM-DD')
    const { move } = calendar.plans
    if (move === undefined) throw cannot(calendar, 'move planned workouts')
    const moved = await asked(calendar, 'planned_date', () => move({ http: calendar.http, id, day }))
    if (!moved) throw noSuchPlan()
    return summaryOf(ctx, calendar, id)
  },
})

const deleteNewer = operation({
  method: 'DELETE',
  path: '/plannedWorkouts/{planned_workout_id}',
  id: 'deletePlannedWorkout',
  summary: 'Take a planned workout away',
  tags,
  auth: 'apiKey',
  params: Params,
  query: z.object(user),
  responses: { 204: { description: 'It is gone.' } },
  errors: { ...errors, 404: 'There is no such user or planned workout.' },
  handler: async ({ ctx, environment, params, query }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    const status = await removed(calendar, params.planned_workout_id)
    await forget(ctx, calendar, { id: params.planned_workout_id, response_code: status })
    if (status === 404) throw noSuchPlan()
    if (status !== 200) {
      throw new ApiError('provider_rejected', 424, `${calendar.connection.provider} refused it; try again later`)
    }
    return new Reply(204, null)
  },
})

async function summaryOf(ctx: Context, calendar: Calendar, id: string): Promise<z.infer<typeof Summary>> {
  const { read } = calendar.plans
  if (read === undefined) throw cannot(calendar, 'show single planned workouts')
  const found = await asked(calendar, 'planned_workout_id', () => read({ http: calendar.http, id }))
  if (found === null) throw noSuchPlan()
  const [whole] = await fromTemplates(ctx, calendar, [found])
  return Summary.parse(whole)
}

export const plannedWorkoutOperations = [plan, listPlanned, unplan, listNewer, readNewer, moveNewer, deleteNewer]
