// A person's calendar at the provider: asking it, and what its refusals mean to the caller.
import { connectorOf } from '../../connectors/index.ts'
import { type ConnectionHttp, PlanRefused, type PlannedWorkouts } from '../../connectors/connector.ts'
import { applicationOf } from '../../credentials/client.ts'
import { connectionHttp } from '../../credentials/connection-http.ts'
import type { PlannedWorkout } from '../../model/planned-workout.ts'
import { ApiError, ProviderError } from '../../platform/errors.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { deleteTemplatePlan, plansOfUser } from '../../store/workout-templates.ts'
import { auditRead } from '../audit-read.ts'
import { connectionNamed } from '../connection-named.ts'
import { connectionProblem, rateLimited } from './provider-problems.ts'

export interface Calendar {
  connection: ConnectionRow
  http: ConnectionHttp
  plans: PlannedWorkouts
}

export async function calendarOf(
  ctx: Context,
  environment: EnvironmentRow,
  userId: string | undefined,
): Promise<Calendar> {
  if (userId === undefined) {
    throw new ApiError('invalid_request', 400, 'user_id: is required, as a query parameter: whom it is for')
  }
  const connection = await connectionNamed(ctx, environment, userId)
  const connector = connectorOf(connection)
  const plans = connector?.plannedWorkouts
  if (connector === null || plans === undefined) {
    const name = connector?.name ?? connection.provider
    const problem = `${name} does not take planned workouts through this API`
    throw new ApiError('provider_cannot_write', 400, `${connection.provider}: ${problem}`)
  }
  const application = await applicationOf(ctx, connection.environment_id, connector)
  return { connection, plans, http: connectionHttp(ctx, application, connection.user_id) }
}

/** Asks the provider, and says to the caller what its refusal means. */
export async function asked<Result>(
  { connection }: Calendar,
  path: string,
  ask: () => Promise<Result>,
): Promise<Result> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof PlanRefused) throw new ApiError('invalid_request', 400, `${path}.${error.message}`)
    if (!(error instanceof ProviderError)) throw error
    if (error.rateLimited) rateLimited(connection, error)
    if (error.next !== 'give_up') throw connectionProblem(connection, error)
    throw new ApiError('provider_rejected', 424, `${connection.provider} refused it (${error.message})`, {
      cause: error,
    })
  }
}

/** What only the connection can mend ends the whole request; the rest is the item's own. */
export async function removed(calendar: Calendar, id: string): Promise<number> {
  try {
    await asked(calendar, 'data', () => calendar.plans.delete({ http: calendar.http, id }))
    return 200
  } catch (error) {
    if (error instanceof ApiError && error.code === 'provider_rejected') {
      return error.cause instanceof ProviderError && error.cause.status === 404 ? 404 : 424
    }
    throw error
  }
}

export function noSuchPlan(): ApiError {
  return new ApiError('planned_workout_not_found', 404, 'planned workout not found')
}

export function cannot({ connection }: Calendar, what: string): ApiError {
  const { provider } = connection
  return new ApiError('provider_cannot_write', 400, `${provider}: ${provider} does not ${what} through this API`)
}

/** What stands in the calendar, with the template that it was made from where it was. */
export async function listed(
  ctx: Context,
  calendar: Calendar,
  days: { start: string; end: string },
): Promise<PlannedWorkout[]> {
  const plans = await asked(calendar, 'days', () => calendar.plans.list({ http: calendar.http, days }))
  return fromTemplates(ctx, calendar, plans)
}

/** Whatever is shown of a calendar goes through here. */
export async function fromTemplates(
  ctx: Context,
  { connection }: Calendar,
  plans: PlannedWorkout[],
): Promise<PlannedWorkout[]> {
  const { environment_id: environmentId, user_id: userId } = connection
  await auditRead(ctx, { environmentId, userId, details: { type: 'planned_workout', via: 'api' } })
  const made = new Map((await plansOfUser(ctx.db, connection.user_id)).map((row) => [row.plan_id, row]))
  return plans.map((each) => {
    const row = made.get(each.planned_workout_id ?? '')
    return row === undefined
      ? each
      : { ...each, workout_id: String(row.template_id), coercion_warnings: row.warnings, is_external: false }
  })
}

/** A plan that is gone was made from no template any more. */
export async function forget(
  ctx: Context,
  { connection }: Calendar,
  gone: { id: string; response_code: number },
): Promise<void> {
  if (gone.response_code === 424) return
  await ctx.db.batch([deleteTemplatePlan(connection.user_id, gone.id)])
}
