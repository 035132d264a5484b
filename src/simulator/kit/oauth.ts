// The authorization server that every simulator has: the authorize page and the exchange of codes and refresh tokens.
import type { Context as HonoContext, Hono } from 'hono'
import { clientSecretOf } from '../clients.ts'
import { type Choice, CONSENT_HEADERS, consentPage, errorPage } from './consent.ts'
import { type Grant, type Issued, provesChallenge } from './grants.ts'
import type { Kit } from './kit.ts'

export interface TokenProblem {
  error: 'invalid_client' | 'invalid_grant' | 'invalid_request' | 'unsupported_grant_type'
  description: string
}

export interface OauthHooks {
  /** The first tokens of a grant were given: what exists now needs no notification. */
  begun?: (grant: Grant) => Promise<void>
  /** The token answer. Default: RFC 6749's. */
  answer?: (c: HonoContext, issued: Issued, by: 'code' | 'refresh') => Response
  refuse?: (c: HonoContext, problem: TokenProblem) => Response
}

/** `?auto=approve|deny` answers at once, `person` says who, `grant` which scopes, in the provider's own separator. */
export function mountAuthorize(app: Hono, kit: Kit): void {
  const { oauth } = kit.rules
  app.get(oauth.authorizePath, async (c) => {
    const query = c.req.query()
    const { client_id: clientId, redirect_uri: redirectUri, auto } = query
    const state = oauth.dropsState === true ? undefined : query.state
    const show = (problem: string) => c.html(errorPage(kit.rules.name, problem), 400, CONSENT_HEADERS)
    if (!clientId) return show('client_id is missing.')
    if (!redirectUri || !/^https?:\/\//.test(redirectUri) || !URL.canParse(redirectUri)) {
      return show('redirect_uri must be an http or https URL.')
    }
    if (query.response_type !== 'code') return show('response_type must be code.')
    const asked = query[oauth.scopeParameter ?? 'scope']?.split(oauth.scopeSeparator).filter(Boolean) ?? [
      ...(oauth.defaultScopes ?? []),
    ]
    const ticked = query.grant === undefined ? asked : query.grant.split(oauth.scopeSeparator).filter(Boolean)
    const error = challengeProblem(kit, query) ?? oauth.checkAuthorize?.(query) ?? null
    if (error !== null) return back(c, redirectUri, { error, state })
    if (auto === 'deny') return back(c, redirectUri, { error: 'access_denied', state })
    if (auto !== 'approve') {
      const linkFor = (choice: Choice) => link(kit, c, choice)
      return c.html(consentPage({ provider: kit.rules.name, clientId, asked, ticked, linkFor }), 200, CONSENT_HEADERS)
    }
    const personId = query.person ?? (await someoneNew(kit, clientId))
    if (!/^[A-Za-z0-9_.-]{1,64}$/.test(personId)) return show('person must be letters, digits, dots, dashes')
    const challenge = oauth.pkce === 'none' ? null : (query.code_challenge ?? null)
    const code = await kit.grants.issueCode({ clientId, personId, scopes: ticked, redirectUri, challenge })
    const scope = oauth.scopeInRedirect === true ? ticked.join(oauth.scopeSeparator) : undefined
    return back(c, redirectUri, { code, scope, state })
  })
}

export function mountToken(app: Hono, kit: Kit, hooks: OauthHooks = {}): void {
  app.post(kit.rules.oauth.tokenPath, async (c) => {
    const form = Object.fromEntries(new URLSearchParams(await c.req.text()))
    return exchange(c, kit, form, hooks)
  })
}

/** For token endpoints that are one action among others: the form has been read already. */
export async function exchange(
  c: HonoContext,
  kit: Kit,
  form: Record<string, string>,
  hooks: OauthHooks = {},
): Promise<Response> {
  const answer = hooks.answer ?? standardAnswer(kit)
  const refuse = hooks.refuse ?? standardRefusal
  const client = clientOf(kit, form, c.req.header('authorization'))
  if (client === null) return refuse(c, { error: 'invalid_client', description: 'client credentials are not valid' })
  if (form.grant_type === 'authorization_code') {
    const issued = await redeem(kit, client, form)
    if (issued === null) {
      const description = 'the code is unknown, used, expired, or was made for another redirect or verifier'
      return refuse(c, { error: 'invalid_grant', description })
    }
    await hooks.begun?.(issued.grant)
    return answer(c, issued, 'code')
  }
  if (form.grant_type === 'refresh_token') {
    const issued = await kit.grants.refresh(form.refresh_token ?? '', client)
    return issued === null
      ? refuse(c, { error: 'invalid_grant', description: 'the refresh token is unknown, used or revoked' })
      : answer(c, issued, 'refresh')
  }
  const description = 'grant_type must be authorization_code or refresh_token'
  return refuse(c, { error: 'unsupported_grant_type', description })
}

/** The application that a request comes from, when it proves it by its secret. */
export function clientOf(kit: Kit, form: Record<string, string>, authorization: string | undefined): string | null {
  const { clientAuthentication: where } = kit.rules.oauth
  let { client_id: id, client_secret: secret } = where === 'basic' ? {} : form
  if (where !== 'body' && authorization?.startsWith('Basic ')) {
    const [user, password] = Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':')
    id = decodeURIComponent(user ?? '')
    secret = decodeURIComponent(password ?? '')
  }
  return id !== undefined && secret === clientSecretOf(id) ? id : null
}

async function redeem(kit: Kit, client: string, form: Record<string, string>): Promise<Issued | null> {
  const code = await kit.grants.takeCode(form.code ?? '')
  if (code === null || code.clientId !== client) return null
  const optional = kit.rules.oauth.redirectUriOptional === true && form.redirect_uri === undefined
  if (!optional && code.redirectUri !== form.redirect_uri) return null
  if (!provesChallenge(code.challenge, form.code_verifier ?? null)) return null
  const { clientId, personId, scopes } = code
  return kit.grants.begin({ clientId, personId, scopes }, form.code)
}

function challengeProblem(kit: Kit, query: Record<string, string>): string | null {
  if (kit.rules.oauth.pkce !== 'required' && query.code_challenge === undefined) return null
  if (kit.rules.oauth.pkce === 'none') return null
  return query.code_challenge_method === 'S256' && query.code_challenge ? null : 'invalid_request'
}

function standardAnswer(kit: Kit): NonNullable<OauthHooks['answer']> {
  return (c, issued) =>
    c.json({
      access_token: issued.accessToken,
      token_type: 'bearer',
      expires_in: issued.expiresInSeconds,
      ...(issued.refreshToken === null ? {} : { refresh_token: issued.refreshToken }),
      scope: issued.grant.scopes.join(kit.rules.oauth.scopeSeparator),
    })
}

function standardRefusal(c: HonoContext, { error, description }: TokenProblem): Response {
  return c.json({ error, error_description: description }, error === 'invalid_client' ? 401 : 400)
}

function back(c: HonoContext, redirectUri: string, parameters: Record<string, string | undefined>): Response {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) url.searchParams.set(name, value)
  return c.redirect(url.href, 302)
}

function link(kit: Kit, c: HonoContext, choice: Choice): string {
  const { authorizePath, scopeSeparator } = kit.rules.oauth
  const url = new URL(`${kit.baseUrl}${authorizePath}${new URL(c.req.url).search}`)
  if (choice.grant !== undefined) url.searchParams.set('grant', choice.grant.join(scopeSeparator))
  if (choice.answer !== null) url.searchParams.set('auto', choice.answer)
  if (choice.person !== undefined) url.searchParams.set('person', choice.person)
  return url.href
}

/** Everyone who signs in without saying who is the next made-up person of that application. */
async function someoneNew(kit: Kit, clientId: string): Promise<string> {
  const key = `people:${clientId}`
  const next = Number((await kit.state.take(key)) ?? 0) + 1
  await kit.state.put(key, String(next))
  return `person-${next}`
}
