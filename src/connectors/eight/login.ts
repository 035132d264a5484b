// A form of ours instead of a redirect: the phone application's own sign-in, by e-mail and password.
import { ProviderError } from '../../platform/errors.ts'
import { type HttpResponse, retryAfterSeconds } from '../../platform/http.ts'
import type { PasswordContext, PasswordLogin, Tokens } from '../connector.ts'
import { jsonObject, secondsIn } from '../token-answers.ts'

export const hosts = { auth: 'https://auth-api.8slp.net', client: 'https://client-api.8slp.net' }

/** Too many logins are throttled, nobody says for how long. */
const THROTTLED_SECONDS = 300

export const login: PasswordLogin = {
  kind: 'password',
  fields: [
    { name: 'email', label: 'Email', secret: false },
    { name: 'password', label: 'Password', secret: true },
  ],
  scopes: [],
  signIn: (context) => tokensFor(context, context.answers.email ?? '', context.answers.password ?? ''),
  // Clients of this interface sign in again instead of refreshing: what that takes is kept, sealed, as the refresh token.
  renew(context) {
    const { email, password } = JSON.parse(context.refreshToken) as { email: string; password: string }
    return tokensFor(context, email, password)
  },
  refreshBeforeSeconds: 120,
}

async function tokensFor({ client, send }: PasswordContext, email: string, password: string): Promise<Tokens> {
  const json = {
    client_id: client.id,
    client_secret: client.secret,
    grant_type: 'password',
    username: email,
    password,
  }
  const response = await send({ host: 'auth', path: '/v1/tokens' }, { method: 'POST', json })
  const body = jsonObject(response)
  if (response.status >= 300) throw refusal(response, body)
  if (typeof body?.access_token !== 'string' || typeof body.userId !== 'string') {
    throw new ProviderError('Eight Sleep gave no tokens', { next: 'retry', afterSeconds: 60, status: response.status })
  }
  return {
    accessToken: body.access_token,
    refreshToken: JSON.stringify({ email, password }),
    expiresInSeconds: secondsIn(body.expires_in),
    scopes: null,
    providerUserId: body.userId,
  }
}

/** A refused login is a changed password, unless it says that the application is not known. */
function refusal({ status, headers }: HttpResponse, body: Record<string, unknown> | null): ProviderError {
  if (body?.error === 'invalid_client') {
    const problem = 'Eight Sleep does not accept the client id and secret'
    return new ProviderError(problem, { next: 'retry', afterSeconds: 3600, status })
  }
  if (status === 400 || status === 401) {
    return new ProviderError('Eight Sleep does not accept this email and password', { next: 'reauthorize', status })
  }
  const wait = retryAfterSeconds(headers, Date.now()) ?? (status === 429 ? THROTTLED_SECONDS : 30)
  const said = `Eight Sleep answered ${status} when asked to sign in`
  return new ProviderError(said, { next: 'retry', afterSeconds: wait, status, rateLimited: status === 429 })
}
