import { ProviderError } from '../../platform/errors.ts'
import type { ConnectionHttp, Ending, Identity, OAuth2 } from '../connector.ts'
import { readStandardTokens } from '../token-answers.ts'

export const hosts = {
  connect: 'https://connect.garmin.com',
  auth: 'https://diauth.garmin.com',
  api: 'https://apis.garmin.com',
}

/** What a person may switch on or off at Garmin, as Garmin spells it. */
export const PERMISSION = {
  activities: 'ACTIVITY_EXPORT',
  health: 'HEALTH_EXPORT',
  history: 'HISTORICAL_DATA_EXPORT',
  cycle: 'MCT_EXPORT',
  workouts: 'WORKOUT_IMPORT',
  courses: 'COURSE_IMPORT',
} as const

/** ~ One public client calls these below `/partner-gateway/rest` instead. */
export const REST = '/wellness-api/rest'

/** ~ Both spellings of the answer were seen. */
function permissionsIn(payload: unknown): string[] | null {
  const list =
    typeof payload === 'object' && payload !== null && 'permissions' in payload ? payload.permissions : payload
  return Array.isArray(list) ? list.filter((each) => typeof each === 'string') : null
}

export const oauth: OAuth2 = {
  kind: 'oauth2',
  authorize: { host: 'connect', path: '/oauth2Confirm' },
  token: { host: 'auth', path: '/di-oauth2-service/oauth/token' },
  // What may be asked for is set up on Garmin's side, and chosen by the person there.
  scopes: [],
  scopeParameter: null,
  // The scopes in the answer are the application's, whatever the person allowed.
  readTokens: (response) => ({ ...readStandardTokens(response, ' '), scopes: null }),
  scopeSeparator: ' ',
  pkce: true,
  clientAuthentication: 'body',
  refreshBeforeSeconds: 600,
  revoke,
}

/** 204. Garmin then announces the deregistration, as if the person had done it. */
async function revoke({ tokens, send }: Ending): Promise<void> {
  const { status } = await send(
    { host: 'api', path: `${REST}/user/registration` },
    { method: 'DELETE', headers: { authorization: `Bearer ${tokens.accessToken}` } },
  )
  if (status === 429 || status >= 500) {
    throw new ProviderError(`Garmin answered ${status} to the end of a registration`, { next: 'retry', status })
  }
}

/** What the person allowed is asked for here. */
export async function identify({ http }: { http: ConnectionHttp }): Promise<Identity> {
  const answer: unknown = (await http.send({ host: 'api', path: `${REST}/user/id` })).json()
  const id = typeof answer === 'object' && answer !== null && 'userId' in answer ? answer.userId : null
  if (typeof id !== 'string' || id === '') {
    throw new ProviderError('Garmin did not say whose account it is', { next: 'give_up' })
  }
  return { providerUserId: id, scopes: (await permissionsOf(http)) ?? Object.values(PERMISSION) }
}

/** Just after the consent it may not know them yet, or be busy: then the first change of permissions or a refusal tells. */
async function permissionsOf(http: ConnectionHttp): Promise<string[] | null> {
  try {
    return permissionsIn((await http.send({ host: 'api', path: `${REST}/user/permissions` })).json())
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error
    return null
  }
}
