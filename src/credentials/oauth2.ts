// OAuth 2.0 authorization code and refresh, as providers speak it: RFC 6749 with the differences that connectors name.
import { createHash } from 'node:crypto'
import type { OAuth2, TokenRequest, Tokens } from '../connectors/connector.ts'
import { ProviderError } from '../platform/errors.ts'
import { type Http, HttpFailure, type HttpResponse, retryAfterSeconds } from '../platform/http.ts'
import type { Application } from './client.ts'

export function authorizeUrl(
  application: Application,
  flow: { state: string; verifier: string | null; language: string | null },
): string {
  const auth = redirecting(application)
  const url = new URL(application.browserUrl(auth.authorize))
  url.searchParams.set('response_type', 'code')
  url.searchParams.set('client_id', application.client.id)
  url.searchParams.set('redirect_uri', application.redirectUri)
  const { scopeParameter = 'scope' } = auth
  if (scopeParameter !== null) url.searchParams.set(scopeParameter, application.scopes.join(auth.scopeSeparator))
  url.searchParams.set('state', flow.state)
  if (flow.verifier !== null) {
    url.searchParams.set('code_challenge', createHash('sha256').update(flow.verifier).digest('base64url'))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  for (const [name, value] of Object.entries(auth.authorizeParameters ?? {})) url.searchParams.set(name, value)
  return url.href
}

export function exchangeCode(
  http: Http,
  application: Application,
  code: string,
  verifier: string | null,
): Promise<Tokens> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: application.redirectUri,
    ...(verifier === null ? {} : { code_verifier: verifier }),
  }
  return askForTokens(http, application, form, { grant: 'code', client: application.client, previous: null })
}

export function refreshWith(
  http: Http,
  application: Application,
  previous: { accessToken: string; refreshToken: string; providerUserId: string },
): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: previous.refreshToken }
  return askForTokens(http, application, form, { grant: 'refresh', client: application.client, previous })
}

/** The application's OAuth 2.0; others have no authorize URL and no token endpoint. */
export function redirecting({ connector }: Application): OAuth2 {
  if (connector.auth.kind !== 'oauth2') throw new Error(`${connector.id} has no OAuth 2.0`)
  return connector.auth
}

async function askForTokens(
  http: Http,
  application: Application,
  grant: Record<string, string>,
  about: TokenRequest,
): Promise<Tokens> {
  const auth = redirecting(application)
  const { client } = application
  const basic = auth.clientAuthentication === 'basic'
  const form = basic ? grant : { ...grant, client_id: client.id, client_secret: client.secret }
  const credentials = Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`)
  const sent = auth.tokenForm?.(form, about) ?? form
  const as = auth.tokenRequest ?? 'form'
  let response: HttpResponse
  try {
    response = await http.send({
      method: as === 'query' ? 'GET' : 'POST',
      url: application.callUrl((about.grant === 'refresh' ? auth.refresh : null) ?? auth.token),
      headers: {
        accept: 'application/json',
        ...(basic ? { authorization: `Basic ${credentials.toString('base64')}` } : {}),
      },
      ...(as === 'query' ? { query: sent } : as === 'json' ? { json: sent } : { form: sent }),
    })
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    throw new ProviderError('the token endpoint did not answer', { next: 'retry', afterSeconds: 30, cause: error })
  }
  return auth.readTokens?.(response, about) ?? readStandardTokens(auth)(response)
}

function readStandardTokens(auth: OAuth2): (response: HttpResponse) => Tokens {
  return (response) => {
    const body = jsonOf(response)
    if (response.status >= 200 && response.status < 300 && typeof body?.access_token === 'string') {
      return {
        accessToken: body.access_token,
        refreshToken: typeof body.refresh_token === 'string' ? body.refresh_token : null,
        expiresInSeconds:
          Number.isFinite(Number(body.expires_in)) && body.expires_in !== null ? Number(body.expires_in) : null,
        scopes: typeof body.scope === 'string' ? body.scope.split(auth.scopeSeparator).filter(Boolean) : null,
        providerUserId: typeof body.user_id === 'string' ? body.user_id : null,
      }
    }
    throw tokenError(response, typeof body?.error === 'string' ? body.error : null)
  }
}

/** What a refusal of the token endpoint means: only the grant itself being void asks the person to sign in again. */
function tokenError(response: HttpResponse, code: string | null): ProviderError {
  const { status } = response
  const cause = { status, error: code }
  if (status === 429 || status >= 500) {
    const wait = retryAfterSeconds(response.headers, Date.now())
    return new ProviderError(`the token endpoint answered ${status}`, {
      next: 'retry',
      afterSeconds: wait ?? 30,
      status,
      cause,
    })
  }
  if (code === 'invalid_client' || code === 'unauthorized_client') {
    return new ProviderError('the provider does not accept our client id and secret', {
      next: 'retry',
      afterSeconds: 3600,
      status,
      cause,
    })
  }
  return new ProviderError(`the provider refused the grant (${code ?? status})`, { next: 'reauthorize', status, cause })
}

function jsonOf(response: HttpResponse): Record<string, unknown> | null {
  try {
    const value = response.json()
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}
