// Sign-in and its end: tokens in the envelope, and calls that the application signs with a nonce.
import { createHmac, randomBytes } from 'node:crypto'
import type { Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import type { Grant } from '../kit/grants.ts'
import type { Kit } from '../kit/kit.ts'
import { exchange } from '../kit/oauth.ts'
import { userIdOf } from './ids.ts'
import { ok, problem, STATUS } from './rules.ts'

const NONCE_MS = 30 * 60_000

export function mountAccount(
  app: Hono,
  kit: Kit,
  hooks: { begun(grant: Grant): Promise<void>; ended(grant: Grant): Promise<void> },
): void {
  app.post('/v2/signature', async (c) => {
    const { action = '', ...form } = formOf(await c.req.text())
    const { client_id: clientId = '', timestamp = '', signature = '' } = form
    if (action !== 'getnonce') return kit.refuse('missing', 'wrong action or wrong webservice')
    if (signature !== signed([action, clientId, timestamp], clientId))
      return kit.refuse('bad_request', 'invalid signature')
    const nonce = randomBytes(20).toString('hex')
    await kit.state.put(`nonce:${nonce}`, clientId, kit.clock.now() + NONCE_MS)
    return ok({ nonce })
  })

  app.post('/v2/oauth2', async (c) => {
    const form = formOf(await c.req.text())
    if (form.action === 'revoke') return revoke(form)
    if (form.action !== 'requesttoken') return kit.refuse('missing', 'wrong action or wrong webservice')
    return exchange(c, kit, form, {
      begun: hooks.begun,
      answer: (_, { accessToken, refreshToken, expiresInSeconds, grant }) =>
        ok({
          userid: userIdOf(grant.personId),
          access_token: accessToken,
          refresh_token: refreshToken,
          scope: grant.scopes.join(','),
          expires_in: expiresInSeconds,
          token_type: 'Bearer',
          csrf_token: randomBytes(24).toString('base64url'),
        }),
      refuse(_, { error, description }) {
        if (error === 'invalid_client')
          return problem(STATUS.badParameters, 'Invalid Params: invalid client_id or secret')
        if (form.grant_type === 'refresh_token') return problem(STATUS.unauthorized, `invalid_grant: ${description}`)
        return problem(STATUS.badParameters, `Invalid Params: ${description}`)
      },
    })
  })

  async function revoke({ client_id: clientId = '', userid = '', nonce = '', signature = '' }: Record<string, string>) {
    if ((await kit.state.take(`nonce:${nonce}`)) !== clientId) return kit.refuse('bad_request', 'invalid nonce')
    if (signature !== signed(['revoke', clientId, nonce], clientId))
      return kit.refuse('bad_request', 'invalid signature')
    const grants = await kit.grants.all(clientId)
    const grant = grants.find(({ personId }) => String(userIdOf(personId)) === userid)
    if (grant === undefined) return kit.refuse('bad_request', 'unknown userid')
    await kit.grants.end(clientId, grant.personId)
    await hooks.ended(grant)
    return ok({})
  }
}

export function formOf(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

/** Values in the alphabetical order of their names. */
function signed(values: readonly string[], clientId: string): string {
  return createHmac('sha256', clientSecretOf(clientId)).update(values.join(',')).digest('hex')
}
