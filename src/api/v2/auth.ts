import { randomBytes, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { connectorById } from '../../connectors/index.ts'
import { startFlow } from '../../credentials/connect.ts'
import { deauthenticate } from '../../credentials/disconnect.ts'
import { ApiError } from '../../platform/errors.ts'
import { hashToken } from '../../platform/seal.ts'
import { insertSdkToken, insertWidgetSession } from '../../store/auth-flows.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { listSources } from '../../store/sources.ts'
import { connectionNamed } from '../connection-named.ts'
import { type Operation, operation } from '../http/operation.ts'
import { RedirectUrl } from './redirect-url.ts'

const SESSION_SECONDS = 900
const TOKEN_SECONDS = 180

const ReferenceId = z.string().max(1000).nullish().describe('Your own id of the person: echoed on every event.')
const signIn = {
  language: z.string().max(100).nullish().describe('BCP 47 tag of the pages. An unknown one does no harm.'),
  reference_id: ReferenceId,
  auth_success_redirect_url: RedirectUrl.nullish().describe(
    'Where the browser goes after success. Any scheme of yours.',
  ),
  auth_failure_redirect_url: RedirectUrl.nullish().describe('Where it goes after failure.'),
}

const WidgetSessionInput = z
  .object({
    providers: z
      .union([z.string().max(10_000), z.array(z.string().max(200)).max(1000)])
      .nullish()
      .describe('Comma separated; fixes choice and order. Default: what the environment has switched on.'),
    ...signIn,
    show_disconnect: z.boolean().nullish().describe('Also list what is connected, with a way to disconnect.'),
    use_terra_avengers_app: z.boolean().nullish().describe('Accepted and ignored.'),
  })
  .meta({ id: 'WidgetSessionParams' })

const WidgetSession = z.object({
  status: z.literal('success'),
  session_id: z.string(),
  url: z.string().describe("Open it in the person's browser, not in a frame."),
  expires_in: z.int().describe('Seconds.'),
})

const AuthToken = z.object({
  status: z.literal('success'),
  token: z.string().describe('Good for one use.'),
  expires_in: z.int().describe('Seconds.'),
})

const Done = z.object({ status: z.literal('success') })

export async function generateWidgetSession(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.output<typeof WidgetSessionInput>,
): Promise<z.infer<typeof WidgetSession>> {
  const id = randomUUID()
  const now = ctx.clock.now()
  const providers = providerList(input.providers)
  if (providers !== null) await checkAnyAvailable(ctx, environment, providers)
  await insertWidgetSession(ctx.db, {
    id,
    environment_id: environment.id,
    providers: providers?.join(',') ?? null,
    language: input.language ?? null,
    reference_id: input.reference_id ?? null,
    success_url: input.auth_success_redirect_url ?? null,
    failure_url: input.auth_failure_redirect_url ?? null,
    show_disconnect: input.show_disconnect === true ? 1 : 0,
    state: 'open',
    created_at: now,
    expires_at: now + SESSION_SECONDS * 1000,
  })
  return { status: 'success', session_id: id, url: `${ctx.publicUrl}/session/${id}`, expires_in: SESSION_SECONDS }
}

function providerList(given: string | string[] | null | undefined): string[] | null {
  const names = (typeof given === 'string' ? given.split(',') : (given ?? [])).map((name) => name.trim().toUpperCase())
  const known = [...new Set(names.filter((name) => name !== ''))]
  return known.length === 0 ? null : known
}

/** Lists written for Terra name sources that we lack: those are passed over, as long as one is left to choose. */
async function checkAnyAvailable(ctx: Context, environment: EnvironmentRow, providers: string[]): Promise<void> {
  const sources = await listSources(ctx.db, environment.id)
  const enabled = sources.filter((source) => source.enabled === 1).map((source) => source.provider)
  if (providers.some((provider) => enabled.includes(provider))) return
  const choice = enabled.length === 0 ? 'none is switched on' : `switched on are ${enabled.join(', ')}`
  throw new ApiError(
    'provider_not_enabled',
    400,
    `providers: none of ${providers.slice(0, 20).join(', ').slice(0, 500)} is available in this environment; ${choice}`,
  )
}

async function issueToken(ctx: Context, environment: EnvironmentRow, referenceId: string | null) {
  const token = randomBytes(32).toString('hex')
  await insertSdkToken(ctx.db, {
    token_hash: hashToken(token),
    environment_id: environment.id,
    reference_id: referenceId,
    expires_at: ctx.clock.now() + TOKEN_SECONDS * 1000,
  })
  return { status: 'success', token, expires_in: TOKEN_SECONDS }
}

const tags = ['Authentication']

function widgetSession(path: string, id: string, wrongCredentials?: Operation['wrongCredentials']): Operation {
  return operation({
    method: 'POST',
    path,
    id,
    summary: 'Make a widget session',
    description: 'Open `url` in a browser: the person picks a source there and signs in. An empty body will do.',
    tags,
    auth: 'apiKey',
    wrongCredentials,
    body: WidgetSessionInput,
    responses: { 200: { description: 'The session.', schema: WidgetSession } },
    handler: ({ ctx, environment, body }) => generateWidgetSession(ctx, environment, body),
  })
}

export const authOperations = [
  widgetSession('/auth/generateWidgetSession', 'generateWidgetSession'),
  operation({
    method: 'POST',
    path: '/auth/authenticateUser',
    id: 'authenticateUser',
    summary: 'Begin a sign-in at one source',
    description:
      'For an interface of your own instead of the widget: send the person to `auth_url`. `user_id` becomes valid when ' +
      'the sign-in succeeds.',
    tags,
    auth: 'apiKey',
    query: z.object({
      resource: z.string().max(200).optional().describe('The source, such as `OURA`. May stand in the body.'),
    }),
    body: z.object({
      resource: z.string().max(200).nullish(),
      provider: z.string().max(200).nullish().describe('Another name of `resource`.'),
      ...signIn,
      facility_id: z.string().max(1000).nullish().describe('Accepted and ignored.'),
    }),
    responses: {
      200: {
        description: 'Where to send the person.',
        schema: z.object({ status: z.literal('success'), user_id: z.string(), auth_url: z.string() }),
      },
    },
    errors: { 404: 'There is no such source, or the environment has it switched off.' },
    handler: async ({ ctx, environment, query, body }) => {
      const provider = query.resource ?? body.resource ?? body.provider
      if (!provider) throw new ApiError('invalid_request', 400, 'resource: is required: the source to sign in at')
      if (connectorById(provider.toUpperCase()) === null) {
        throw new ApiError('unknown_provider', 404, `resource: there is no source ${provider.slice(0, 100)}`)
      }
      const flow = await startFlow(ctx, {
        environmentId: environment.id,
        provider: provider.toUpperCase(),
        sessionId: null,
        referenceId: body.reference_id ?? null,
        successUrl: body.auth_success_redirect_url ?? null,
        failureUrl: body.auth_failure_redirect_url ?? null,
        language: body.language ?? null,
      })
      return { status: 'success', user_id: flow.user_id, auth_url: `${ctx.publicUrl}/auth/${flow.id}` }
    },
  }),
  operation({
    method: 'DELETE',
    path: '/auth/deauthenticateUser',
    id: 'deauthenticateUser',
    summary: 'Disconnect a user',
    description: 'Deletes everything held for the user, ends the grant at the provider and sends `deauth`.',
    tags,
    auth: 'apiKey',
    query: z.object({ user_id: z.string() }),
    responses: { 200: { description: 'Disconnected.', schema: Done } },
    errors: { 404: 'There is no such user.' },
    handler: async ({ ctx, environment, query }) => {
      await deauthenticate(ctx, await connectionNamed(ctx, environment, query.user_id))
      return { status: 'success' }
    },
  }),
  operation({
    method: 'POST',
    path: '/auth/generateAuthToken',
    id: 'generateAuthToken',
    summary: 'Make a token for a mobile SDK',
    tags,
    auth: 'apiKey',
    wrongCredentials: { status: 404, message: 'Invalid dev-id was provided', when: 'unknown dev-id' },
    responses: { 200: { description: 'The token.', schema: AuthToken } },
    errors: { 404: 'There is no such dev-id.' },
    handler: ({ ctx, environment }) => issueToken(ctx, environment, null),
  }),
  operation({
    method: 'POST',
    path: '/auth/tokens',
    id: 'createAuthToken',
    summary: 'Make a token for a mobile SDK that belongs to one person',
    tags,
    auth: 'apiKey',
    query: z.object({ reference_id: z.string().max(1000).optional().describe('The token can connect no one else.') }),
    responses: { 200: { description: 'The token.', schema: AuthToken } },
    handler: ({ ctx, environment, query }) => issueToken(ctx, environment, query.reference_id ?? null),
  }),
]

const forbidden = { status: 403, message: 'Invalid x-api-key & dev-id combination', when: 'wrong' } as const

/** The newer addresses of the same call, outside of `/v2`. */
export const widgetSessionOperations = [
  widgetSession('/widget/api/session', 'createWidgetSession', forbidden),
  widgetSession('/api/widget/session', 'createWidgetSessionToo', forbidden),
]
