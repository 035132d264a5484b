import type { HttpResponse } from '../../../platform/http.ts'
import type { Client, CredentialField, OAuth2, Tokens } from '../../connector.ts'
import { jsonObject, readStandardTokens, tokenRefusal } from '../../token-answers.ts'

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

/** Beside the client of the Google Health API, for the people who have not moved yet. */
export const ownClient = { id: 'legacy_client_id', secret: 'legacy_client_secret' }

export const clientFields: readonly CredentialField[] = [
  {
    name: ownClient.id,
    label: 'Client id of the old Web API',
    help: 'Of the application at dev.fitbit.com, as long as somebody is connected through it.',
    secret: false,
    required: false,
  },
  {
    name: ownClient.secret,
    label: 'Client secret of the old Web API',
    help: 'Without it the connections of the old API cannot be refreshed beside those of the new one.',
    secret: true,
    required: false,
  },
]

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

/** What went wrong is in a list: `{"errors":[{"errorType":"invalid_grant"}]}`. */
function readTokens(response: HttpResponse): Tokens {
  if (response.status >= 200 && response.status < 300) return readStandardTokens(response, ' ')
  const { errors } = (jsonObject(response) ?? {}) as { errors?: { errorType?: unknown }[] }
  const code = Array.isArray(errors) ? errors[0]?.errorType : null
  throw tokenRefusal(response, typeof code === 'string' ? code : null)
}
