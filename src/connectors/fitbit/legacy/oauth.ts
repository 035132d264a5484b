import { ProviderError } from '../../../platform/errors.ts'
import type { HttpResponse } from '../../../platform/http.ts'
import type { Client, OAuth2, Tokens } from '../../connector.ts'

const SCOPES = [
  'activity',
  'cardio_fitness',
  'electrocardiogram',
  'heartrate',
  'irregular_rhythm_notifications',
  'location',
  'nutrition',
  'oxygen_saturation',
  'profile',
  'respiratory_rate',
  'settings',
  'sleep',
  'temperature',
  'weight',
] as const

export const hosts = { web: 'https://www.fitbit.com', api: 'https://api.fitbit.com' }

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'web', path: '/oauth2/authorize' },
  token: { host: 'api', path: '/oauth2/token' },
  scopes: SCOPES,
  scopeSeparator: ' ',
  pkce: true,
  clientAuthentication: 'basic',
  readTokens,
  async revoke({ tokens, client, send }) {
    const headers = { authorization: basic(client) }
    const form = { token: tokens.refreshToken ?? tokens.accessToken }
    await send({ host: 'api', path: '/oauth2/revoke' }, { method: 'POST', headers, form })
  },
}

function basic({ id, secret }: Client): string {
  return `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`
}

/** The account is named in the answer itself. */
function readTokens(response: HttpResponse): Tokens {
  const body = response.json() as Record<string, unknown>
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: seconds, scope, user_id: userId } = body
  if (typeof accessToken !== 'string') {
    throw new ProviderError('Fitbit gave no access token', { next: 'reauthorize', status: response.status })
  }
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : null,
    expiresInSeconds: typeof seconds === 'number' ? seconds : null,
    scopes: typeof scope === 'string' ? scope.split(' ').filter((each) => each !== '') : null,
    providerUserId: typeof userId === 'string' ? userId : null,
  }
}
