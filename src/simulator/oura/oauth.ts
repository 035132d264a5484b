// Oura's authorization server: authorize, token, revoke.
import type { Context as HonoContext, Hono } from 'hono'
import type { SimulatorContext } from '../simulator.ts'
import { clientSecretOf } from '../clients.ts'
import { CONSENT_HEADERS, consentPage, errorPage } from './consent.ts'
import { endGrant, grantOf, issueCode, issueTokens, takeCode, takeRefresh } from './grants.ts'
import type { Notifier } from './subscriptions.ts'

export function mountOauth(app: Hono, context: SimulatorContext, notifier: Notifier): void {
  app.get('/oauth/authorize', async (c) => {
    const {
      client_id: clientId,
      redirect_uri: redirectUri,
      response_type: type,
      scope,
      state,
      auto,
      deny,
    } = c.req.query()
    const problem = problemOf(clientId, redirectUri, type)
    if (problem !== null) return c.html(errorPage(problem), 400, CONSENT_HEADERS)
    const request = {
      clientId: clientId!,
      redirectUri: redirectUri!,
      scopes: scope?.split(' ').filter(Boolean) ?? [],
      state: state ?? null,
    }
    if (auto === 'deny' || deny === '1') return back(c, request.redirectUri, { error: 'access_denied', state })
    if (auto !== 'approve')
      return c.html(
        consentPage(request, (choice) => link(context, c, choice)),
        200,
        CONSENT_HEADERS,
      )
    const personId = c.req.query('person') ?? (await someoneNew(context, request.clientId))
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(personId)) {
      return c.html(errorPage('person must be letters, digits, dots, dashes'), 400, CONSENT_HEADERS)
    }
    const granted = c.req.query('grant')?.split(' ') ?? request.scopes
    const code = await issueCode(context, {
      clientId: request.clientId,
      personId,
      scopes: granted,
      redirectUri: request.redirectUri,
    })
    return back(c, request.redirectUri, { code, scope: granted.join(' '), state })
  })

  app.post('/oauth/token', async (c) => {
    const form = new URLSearchParams(await c.req.text())
    const client = clientOf(c, form)
    if (client === null) return oauthError(c, 401, 'invalid_client', 'client credentials are not valid')
    if (form.get('grant_type') === 'authorization_code') {
      const grant = await takeCode(context, form.get('code') ?? '')
      if (grant === null || grant.clientId !== client || grant.redirectUri !== form.get('redirect_uri')) {
        return oauthError(
          c,
          400,
          'invalid_grant',
          'the code is unknown, used, expired, or was made for another redirect',
        )
      }
      const { redirectUri: _, ...rest } = grant
      const tokens = await issueTokens(context, rest)
      await notifier.remember(rest)
      return c.json(tokens)
    }
    if (form.get('grant_type') === 'refresh_token') {
      const grant = await takeRefresh(context, form.get('refresh_token') ?? '')
      if (grant === null || grant.clientId !== client) {
        return oauthError(c, 400, 'invalid_grant', 'the refresh token is unknown, used or revoked')
      }
      return c.json(await issueTokens(context, grant))
    }
    return oauthError(c, 400, 'unsupported_grant_type', 'grant_type must be authorization_code or refresh_token')
  })

  app.post('/oauth/revoke', async (c) => {
    const token = c.req.query('access_token') ?? ''
    const grant = await grantOf(context, token)
    if (grant !== null) await endGrant(context, grant.clientId, grant.personId)
    return c.json({})
  })
}

function problemOf(
  clientId: string | undefined,
  redirectUri: string | undefined,
  type: string | undefined,
): string | null {
  if (!clientId) return 'client_id is missing.'
  if (type !== 'code') return 'response_type must be code.'
  if (!redirectUri || !/^https?:\/\//.test(redirectUri) || !URL.canParse(redirectUri))
    return 'redirect_uri must be an http or https URL.'
  return null
}

function back(c: HonoContext, redirectUri: string, parameters: Record<string, string | undefined>): Response {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return c.redirect(url.href, 302)
}

function link(context: SimulatorContext, c: HonoContext, choice: { person?: string; deny?: boolean }): string {
  const url = new URL(`${context.baseUrl}/oauth/authorize${new URL(c.req.url).search}`)
  url.searchParams.set('auto', choice.deny === true ? 'deny' : 'approve')
  if (choice.person !== undefined) url.searchParams.set('person', choice.person)
  return url.href
}

/** Everyone who signs in without saying who is the next made-up person of that application. */
async function someoneNew(context: SimulatorContext, clientId: string): Promise<string> {
  const key = `oura:people:${clientId}`
  const next = Number((await context.state.take(key)) ?? 0) + 1
  await context.state.put(key, String(next))
  return `person-${next}`
}

function clientOf(c: HonoContext, form: URLSearchParams): string | null {
  const header = c.req.header('authorization')
  let id = form.get('client_id')
  let secret = form.get('client_secret')
  if (header?.startsWith('Basic ')) {
    const [user, password] = Buffer.from(header.slice(6), 'base64').toString('utf8').split(':')
    id = decodeURIComponent(user ?? '')
    secret = decodeURIComponent(password ?? '')
  }
  return id !== null && secret === clientSecretOf(id) ? id : null
}

function oauthError(c: HonoContext, status: 400 | 401, error: string, description: string): Response {
  return c.json({ error, error_description: description }, status)
}
