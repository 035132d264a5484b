// OAuth 2.0 in Withings' own way: actions, scopes with commas, answers in the envelope, refusals with HTTP 200.
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { OAuth2, TokenRequest, Tokens } from '../connector.ts'
import { secondsIn } from '../token-answers.ts'
import { isObject } from './pages.ts'
import { revoke } from './signature.ts'
import { httpStatusOf, jsonOf, statusOf, waitSecondsOf } from './status.ts'

export const SCOPES = {
  info: 'user.info',
  metrics: 'user.metrics',
  activity: 'user.activity',
  sleepEvents: 'user.sleepevents',
} as const

export const hosts = { account: 'https://account.withings.com', api: 'https://wbsapi.withings.net' }

/** At the token endpoint this also means that the code or the refresh token is not accepted. */
const BAD_PARAMETERS = 503
/** No document lists the texts of errors: a refusal that speaks of the client is taken to be about our own credentials. */
const ABOUT_THE_CLIENT = /client/i

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'account', path: '/oauth2_user/authorize2' },
  token: { host: 'api', path: '/v2/oauth2' },
  // Bed in and out give no record: that scope is not asked for.
  scopes: [SCOPES.info, SCOPES.metrics, SCOPES.activity],
  scopeSeparator: ',',
  pkce: false,
  clientAuthentication: 'body',
  tokenForm: (form) => ({ action: 'requesttoken', ...form }),
  readTokens,
  revoke,
}

function readTokens(response: HttpResponse, about: TokenRequest): Tokens {
  const answer = jsonOf(response)
  const body = isObject(answer) && answer.status === 0 && isObject(answer.body) ? answer.body : null
  const userid = typeof body?.userid === 'number' ? String(body.userid) : body?.userid
  if (body === null || typeof body.access_token !== 'string' || typeof userid !== 'string')
    throw refusal(response, about)
  return {
    accessToken: body.access_token,
    refreshToken: typeof body.refresh_token === 'string' && body.refresh_token !== '' ? body.refresh_token : null,
    expiresInSeconds: secondsIn(body.expires_in),
    scopes: typeof body.scope === 'string' ? body.scope.split(/[ ,]+/).filter(Boolean) : null,
    providerUserId: userid,
  }
}

function refusal(response: HttpResponse, { grant }: TokenRequest): ProviderError {
  const status = httpStatusOf(response)
  const own = statusOf(response)
  const cause = { status: response.status, own, grant }
  if (status === 429 || status >= 500) {
    const afterSeconds = waitSecondsOf(response) ?? 30
    return new ProviderError(`the token endpoint answered ${status}`, { next: 'retry', afterSeconds, status, cause })
  }
  const answer = jsonOf(response)
  const text = isObject(answer) && typeof answer.error === 'string' ? answer.error : ''
  if (ABOUT_THE_CLIENT.test(text)) {
    const next = { next: 'retry', afterSeconds: 3600, status, cause } as const
    return new ProviderError('Withings does not accept our client id and secret', next)
  }
  if (status === 401 || own === BAD_PARAMETERS) {
    return new ProviderError(`Withings refused the grant (${own})`, { next: 'reauthorize', status, cause })
  }
  return new ProviderError(`Withings gave no tokens (${own ?? status})`, {
    next: 'retry',
    afterSeconds: 300,
    status,
    cause,
  })
}
