// The end of a sign-in on a form of ours: what was typed goes to the provider, and nothing of it is kept but what the
// provider's connector needs to renew its token, sealed.
import { ProviderError } from '../platform/errors.ts'
import { type AuthFlowRow, countAttempt } from '../store/auth-flows.ts'
import type { Context } from '../store/context.ts'
import { applicationOf } from './client.ts'
import { connect, connected, connectorOfFlow, ended, failFlow, type FlowEnd, flowOfBrowser } from './connect.ts'
import { formOf, signInWith } from './password.ts'

/** A form is no place to guess passwords. */
const MOST_ATTEMPTS = 5
const LONGEST_ANSWER = 500

export interface SignInForm {
  flow: AuthFlowRow
  provider: { id: string; name: string }
  fields: readonly { name: string; label: string; secret: boolean }[]
}

/**
 * What to ask the person who opened this sign-in, or how it ended when it went well. Throws ApiError when it is not theirs or
 * has ended otherwise.
 */
export async function openForm(
  ctx: Context,
  asked: { flowId: string; state: string | undefined; cookies: Record<string, string> },
): Promise<SignInForm | FlowEnd> {
  const flow = await flowOfBrowser(ctx, asked.state, asked.cookies)
  if (flow.state === 'connected' && flow.id === asked.flowId) return connected(flow)
  if (flow.state !== 'away' || flow.id !== asked.flowId || flow.expires_at <= ctx.clock.now()) throw ended()
  const application = await applicationOf(ctx, flow.environment_id, connectorOfFlow(flow))
  const { id, name } = application.connector
  return { flow, provider: { id, name }, fields: formOf(application).fields }
}

export type FormProblem = 'incomplete' | 'refused' | 'unavailable'

/** Connects, or says what to tell the person, who may try again. */
export async function submitForm(
  ctx: Context,
  form: SignInForm,
  typed: Record<string, string>,
): Promise<FlowEnd | { problem: FormProblem; missing: string[] }> {
  const answers = Object.fromEntries(
    form.fields.map(({ name, secret }) => {
      const text = (typed[name] ?? '').slice(0, LONGEST_ANSWER)
      return [name, secret ? text : text.trim()]
    }),
  )
  const missing = form.fields.filter(({ name }) => answers[name] === '').map(({ name }) => name)
  if (missing.length > 0) return { problem: 'incomplete', missing }
  const { flow } = form
  const application = await applicationOf(ctx, flow.environment_id, connectorOfFlow(flow))
  try {
    return await connect(ctx, flow, application, await signInWith(ctx, application, answers))
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    ctx.log.info({ flowId: flow.id, provider: flow.provider, next: error.next }, 'a form was not accepted')
    if (error.next === 'retry') return { problem: 'unavailable', missing: [] }
    if ((await countAttempt(ctx.db, flow.id)) >= MOST_ATTEMPTS) return failFlow(ctx, flow, 'too_many_attempts')
    return { problem: 'refused', missing: [] }
  }
}

/** The person does not want to after all. */
export function leaveForm(ctx: Context, form: SignInForm): Promise<FlowEnd> {
  return failFlow(ctx, form.flow, 'access_denied')
}
