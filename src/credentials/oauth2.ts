// OAuth 2.0 authorization code and refresh, as providers speak it: RFC 6749 with the differences that connectors name.
import { createHash } from 'node:crypto'
import type { OAuth2, TokenRequest, Tokens } from '../connectors/connector.ts'
import { readStandardTokens } from '../connectors/token-answers.ts'
import { ProviderError } from '../platform/errors.ts'
import { type Http, HttpFailure, type HttpResponse } from '../platform/http.ts'
import type { Application } from './client.ts'

export function authorizeUrl(
  application: Application,
  flow: { state: string; verifier: string | null; language: string | null },
): string {
  const auth = redirecting(application)
  const url = new URL(application.browserUrl(auth.authorize))
  url.searchParams.set('response_type', 'code')
  url.searchParams.set('client_id', application.client.id)
  url.searchParams.set('redirect_uri', redirectOf(application, flow.state))
  const { scopeParameter = 'scope' } = auth
  if (scopeParameter !== null) url.searchParams.set(scopeParameter, application.scopes.join(auth.scopeSeparator))
  url.searchParams.set('state', flow.state)
  if (flow.verifier !== null) {
    url.searchParams.set('code_challenge', createHash('sha256').update(flow.verifier).digest('base64url'))
    url.searchParams.set('code_challenge_method', 'S256')
  }
  for (const [name, value] of Object.entries(auth.authorizeParameters ?? {})) url.searchParams.set(name, value)
  // Everyone reads %20 as a blank, some read + as itself.
  url.search = url.search.replaceAll('+', '%20')
  return url.href
}

export function exchangeCode(
  http: Http,
  application: Application,
  { code, state, verifier }: { code: string; state: string; verifier: string | null },
): Promise<Tokens> {
  const form = {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectOf(application, state),
    ...(verifier === null ? {} : { code_verifier: verifier }),
  }
  return askForTokens(http, application, form, 'code', null)
}

export interface Previous {
  accessToken: string
  refreshToken: string
  providerUserId: string
  /** Null when it is not known. */
  scopes: readonly string[] | null
}

export function refreshWith(http: Http, application: Application, previous: Previous): Promise<Tokens> {
  const form = { grant_type: 'refresh_token', refresh_token: previous.refreshToken }
  return askForTokens(http, application, form, 'refresh', previous)
}

/** Where the browser comes back: the same text in the authorize call and in the exchange. */
function redirectOf(application: Application, state: string): string {
  if (redirecting(application).stateIn !== 'redirect') return application.redirectUri
  const url = new URL(application.redirectUri)
  url.searchParams.set('state', state)
  return url.href
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
  by: TokenRequest['grant'],
  previous: Previous | null,
): Promise<Tokens> {
  const auth = redirecting(application)
  const { client, redirectUri } = application
  // A refresh may ask for nothing more than what the person allowed, whatever is asked of others by now.
  const scopes = previous?.scopes ?? application.scopes
  const about: TokenRequest = { grant: by, client, previous, scopes, redirectUri }
  const basic = auth.clientAuthentication === 'basic'
  const form = basic ? grant : { ...grant, client_id: client.id, client_secret: client.secret }
  const credentials = Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret)}`)
  const sent = auth.tokenForm?.(form, about) ?? form
  const as = auth.tokenRequest ?? 'form'
  let response: HttpResponse
  try {
    response = await http.send({
      method: as === 'query' ? 'GET' : 'POST',
      url: application.callUrl((by === 'refresh' ? auth.refresh : null) ?? auth.token),
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
  return auth.readTokens?.(response, about) ?? readStandardTokens(response, auth.scopeSeparator)
}
