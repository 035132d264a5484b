// Workouts kept as templates, planned for people and days, and taken away with all that was planned from them.
import { z } from 'zod'
import { isLocalDay } from '../../model/local-day.ts'
import { planOf, type Warning } from '../../model/template-plan.ts'
import { WorkoutTemplate } from '../../model/workout-template.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import type { Sql } from '../../store/database.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import {
  deleteTemplate,
  deleteTemplatePlan,
  insertTemplate,
  plansOfTemplate,
  putTemplatePlan,
  type TemplatePlanRow,
  templateById,
  type TemplateRow,
  templatesOf,
} from '../../store/workout-templates.ts'
import { mustBeThere } from '../connection-named.ts'
import { operation, Reply } from '../http/operation.ts'
import { asked, calendarOf, removed } from './calendar.ts'

const MAX_LISTED = 1000
const tags = ['Writing']
const Params = z.object({ workout_id: z.string() })
const notFound = { 404: 'There is no such template.' }
const metric = (description: string) => z.number().positive().optional().describe(description)

function shown(row: TemplateRow): WorkoutTemplate {
  return { ...(JSON.parse(row.body) as WorkoutTemplate), workout_id: String(row.id) }
}

async function templateNamed(sql: Sql, environment: EnvironmentRow, id: string): Promise<TemplateRow> {
  const row = /^\d{1,15}$/.test(id) ? await templateById(sql, environment.id, Number(id)) : null
  if (row === null) throw new ApiError('workout_not_found', 404, 'workout template not found')
  return row
}

const makeTemplate = operation({
  method: 'POST',
  path: '/workouts',
  id: 'createWorkout',
  summary: 'Keep a workout template',
  tags,
  auth: 'apiKey',
  body: WorkoutTemplate,
  responses: {
    200: {
      description: 'Kept under this id.',
      schema: z.object({ status: z.literal('success'), workout_id: z.string() }),
    },
  },
  errors: { 400: 'A field is wrong; the message names it.' },
  handler: async ({ ctx, environment, body }) => {
    const { workout_id: _, ...template } = body
    const row = { environment_id: environment.id, body: JSON.stringify(template), created_at: ctx.clock.now() }
    const id = await ctx.db.transaction((tx) => insertTemplate(tx, row))
    return { status: 'success', workout_id: String(id) }
  },
})

const listTemplates = operation({
  method: 'GET',
  path: '/workouts',
  id: 'listWorkouts',
  summary: 'Workout templates, the newest first',
  tags,
  auth: 'apiKey',
  responses: { 200: { description: `The ${MAX_LISTED} newest.`, schema: z.array(WorkoutTemplate) } },
  handler: async ({ ctx, environment }) => (await templatesOf(ctx.db, environment.id, MAX_LISTED)).map(shown),
})

const readTemplate = operation({
  method: 'GET',
  path: '/workouts/{workout_id}',
  id: 'getWorkout',
  summary: 'One workout template',
  tags,
  auth: 'apiKey',
  params: Params,
  responses: { 200: { description: 'The template.', schema: WorkoutTemplate } },
  errors: notFound,
  handler: async ({ ctx, environment, params }) => shown(await templateNamed(ctx.db, environment, params.workout_id)),
})

const dropTemplate = operation({
  method: 'DELETE',
  path: '/workouts/{workout_id}',
  id: 'deleteWorkout',
  summary: 'Delete a workout template and all that was planned from it',
  tags,
  auth: 'apiKey',
  params: Params,
  responses: {
    204: { description: 'It is gone, here and in the calendars.' },
    207: {
      description: 'Some could not be taken away at the provider; the template is kept. Try again.',
      schema: z.object({ message: z.string() }),
    },
  },
  errors: { ...notFound, 424: 'None could be taken away at the provider; try again later.' },
  handler: async ({ ctx, environment, params }) => {
    const { id } = await templateNamed(ctx.db, environment, params.workout_id)
    let plans = await plansOfTemplate(ctx.db, id)
    let failed = 0
    for (;;) {
      for (const plan of plans) {
        if (await wasTakenAway(ctx, environment, plan.user_id, plan.plan_id)) {
          await ctx.db.batch([deleteTemplatePlan(plan.user_id, plan.plan_id)])
        } else failed++
      }
      if (failed > 0) break
      // What was planned meanwhile goes as well.
      plans = await deletedUnlessPlanned(ctx, id)
      if (plans.length === 0) return new Reply(204, null)
    }
    const message = `${failed} of ${plans.length} planned workouts could not be taken away; the template is kept`
    if (failed === plans.length) throw new ApiError('provider_rejected', 424, message)
    return new Reply(207, { message })
  },
})

/** Answers what was planned from it, which keeps it. */
function deletedUnlessPlanned(ctx: Context, id: number): Promise<TemplatePlanRow[]> {
  return ctx.db.transaction(async (tx) => {
    await tx.lock(lockOf(id))
    const plans = await plansOfTemplate(tx, id)
    if (plans.length === 0) await tx.batch([deleteTemplate(id)])
    return plans
  })
}

const lockOf = (templateId: number): string => `template:${templateId}`

/** Also when it was gone already. */
async function wasTakenAway(
  ctx: Context,
  environment: EnvironmentRow,
  userId: string,
  planId: string,
): Promise<boolean> {
  try {
    const status = await removed(await calendarOf(ctx, environment, userId), planId)
    return status === 200 || status === 404
  } catch (error) {
    if (error instanceof ApiError) return false
    throw error
  }
}

const planTemplate = operation({
  method: 'POST',
  path: '/workouts/{workout_id}/plan',
  id: 'planWorkout',
  summary: 'Plan a workout template for somebody',
  description: "Shares of somebody's best need the numbers below; without them a step is left open, with a warning.",
  tags,
  auth: 'apiKey',
  params: Params,
  query: z.object({ user_id: z.string().optional().describe('Whose calendar.') }),
  body: z.object({
    planned_date: z.string().max(100).optional().describe('YYYY-MM-DD.'),
    ftp: metric('Functional threshold power, in watts.'),
    max_heart_rate: metric('In beats per minute.'),
    threshold_heart_rate: metric('In beats per minute.'),
    threshold_speed: metric('In m/s.'),
    pool_length_meters: metric('Length of the pool.'),
  }),
  responses: {
    201: {
      description: 'It stands in the calendar.',
      schema: z.object({
        status: z.literal('success'),
        planned_workout_id: z.string(),
        provider_workout_id: z.string().optional(),
        coercion_warnings: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
      }),
    },
  },
  errors: {
    400: 'The source takes no planned workouts, a field is wrong, or the connection cannot be used (`reason`).',
    404: 'There is no such user or template.',
    424: 'The provider refused it.',
  },
  handler: async ({ ctx, environment, params, query, body }) => {
    const calendar = await calendarOf(ctx, environment, query.user_id)
    const row = await templateNamed(ctx.db, environment, params.workout_id)
    const { planned_date: day = '', ...given } = body
    if (!isLocalDay(day)) throw new ApiError('invalid_request', 400, 'planned_date: expected a day, YYYY-MM-DD')
    const metrics = {
      ftp: given.ftp ?? null,
      max_heart_rate: given.max_heart_rate ?? null,
      threshold_heart_rate: given.threshold_heart_rate ?? null,
      threshold_speed: given.threshold_speed ?? null,
      pool_length_meters: given.pool_length_meters ?? null,
    }
    const { workout, warnings } = planOf(shown(row), day, metrics)
    const { http, plans, connection } = calendar
    const { id } = await asked(calendar, 'workout', () => plans.create({ http, workout }))
    const plan = {
      user_id: connection.user_id,
      plan_id: id,
      template_id: row.id,
      warnings: warnings.length === 0 ? null : JSON.stringify(warnings),
      created_at: ctx.clock.now(),
    }
    try {
      await ctx.db.transaction(async (tx) => {
        await mustBeThere(tx, connection.user_id)
        await tx.lock(lockOf(row.id))
        await templateNamed(tx, environment, params.workout_id)
        await tx.batch([putTemplatePlan(plan)])
      })
    } catch (error) {
      // Who deletes a template wants nothing of it left in a calendar; it may be that nobody can ask the provider any more.
      if (error instanceof ApiError) await wasTakenAway(ctx, environment, connection.user_id, id)
      throw error
    }
    return new Reply(201, planned(id, warnings))
  },
})

function planned(id: string, warnings: readonly Warning[]): object {
  const answer = { status: 'success', planned_workout_id: id }
  return warnings.length === 0 ? answer : { ...answer, coercion_warnings: warnings }
}

export const workoutTemplateOperations = [makeTemplate, listTemplates, readTemplate, dropTemplate, planTemplate]
