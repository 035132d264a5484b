import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { OAuth2, Tokens } from '../connector.ts'
import { z } from 'zod'
import { secondsIn, tokenRefusal } from '../token-answers.ts'

/** `api` becomes `https://api-v3.strava.com`, usable from January 2027: an operator may set it in the source's settings. */
export const hosts = { www: 'https://www.strava.com', api: 'https://www.strava.com/api/v3' }

export const SCOPES = ['read', 'activity:read_all', 'profile:read_all'] as const

/** From then on `revoke` is the only way to end a grant; until then `deauthorize` is the proven one. */
const REVOKE_FROM = Date.parse('2027-06-01T00:00:00Z')

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'www', path: '/oauth/authorize' },
  token: { host: 'www', path: '/oauth/token' },
  scopes: SCOPES,
  scopeSeparator: ',',
  pkce: false,
  clientAuthentication: 'body',
  authorizeParameters: { approval_prompt: 'auto' },
  readTokens,
  async revoke({ tokens, client, now, send }) {
    if (now < REVOKE_FROM) {
      const headers = { authorization: `Bearer ${tokens.accessToken}` }
      const response = await send({ host: 'www', path: '/oauth/deauthorize' }, { method: 'POST', headers })
      // 401: it was ended already.
      if (response.status !== 401) refuse(response)
      return
    }
    const credentials = Buffer.from(`${client.id}:${client.secret}`).toString('base64')
    const form = { token: tokens.refreshToken ?? tokens.accessToken }
    const headers = { authorization: `Basic ${credentials}` }
    refuse(await send({ host: 'www', path: '/oauth/revoke' }, { method: 'POST', headers, form }))
  },
}

function refuse({ status }: HttpResponse): void {
  if (status >= 300)
    throw new ProviderError(`Strava answered ${status} when asked to end access`, { next: 'retry', status })
}

const Answer = z.object({
  access_token: z.string(),
  refresh_token: z.string().nullish(),
  expires_in: z.unknown(),
  /** Since April 2026, in the spelling of the redirect. */
  scope: z.string().nullish(),
  /** Only where a code was exchanged. */
  athlete: z.object({ id: z.union([z.int(), z.string()]).transform(String) }).nullish(),
})

const Fault = z.object({ errors: z.array(z.object({ resource: z.string().nullish() })).nullish() })

function readTokens(response: HttpResponse): Tokens {
  const body = jsonOf(response)
  const answer = Answer.safeParse(body)
  if (response.status < 300 && answer.success) {
    const { access_token, refresh_token, expires_in, scope, athlete } = answer.data
    return {
      accessToken: access_token,
      refreshToken: refresh_token || null,
      expiresInSeconds: secondsIn(expires_in),
      scopes: scope ? scope.split(/[,\s]+/).filter(Boolean) : null,
      providerUserId: athlete?.id ?? null,
    }
  }
  throw refusal(response, body)
}

/** A fault names what it finds wrong: the application is ours to mend, the rest is the person's grant. */
function refusal(response: HttpResponse, body: unknown): ProviderError {
  const fault = Fault.safeParse(body)
  const resources = fault.success ? (fault.data.errors ?? []).map(({ resource }) => resource) : []
  return tokenRefusal(response, resources.includes('Application') ? 'invalid_client' : null)
}

function jsonOf(response: HttpResponse): unknown {
  try {
    return response.json()
  } catch {
    return null
  }
}
