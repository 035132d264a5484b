// What the browser meets between the app and the provider. People see pages of the widget here, never a JSON error.
import { z } from 'zod'
import { type FlowEnd, finishFlow, leaveForProvider } from '../../credentials/connect.ts'
import { openMoveLink } from '../../credentials/moves.ts'
import { ApiError } from '../../platform/errors.ts'
import type { Context } from '../../store/context.ts'
import { cookiesOf, setCookie } from '../http/cookies.ts'
import { operation, Reply } from '../http/operation.ts'

/** The callback, below `/v2`. */
export const callbackOperations = [
  operation({
    method: 'GET',
    path: '/auth/{provider}/oauth2',
    id: 'oauth2Callback',
    summary: 'OAuth 2 redirect URL, to be registered at the provider',
    description: "Ends at the app's own page when it gave one, else at a page of the widget.",
    tags: ['Browser'],
    auth: 'none',
    params: z.object({ provider: z.string().describe('Lower case.') }),
    responses: { 302: { description: 'On to the page that ends the sign-in.' } },
    handler: async ({ ctx, params, request }) => {
      if (request.method === 'HEAD') return justLooking()
      const query = Object.fromEntries(new URL(request.url).searchParams)
      try {
        const end = await finishFlow(ctx, { provider: params.provider, query, cookies: { ...cookiesOf(request) } })
        return away(end.redirectUrl ?? widgetPage(ctx, end))
      } catch (error) {
        if (!(error instanceof ApiError) || error.status >= 500) throw error
        ctx.log.warn({ provider: params.provider, reason: error.code }, 'a callback was refused')
        return away(failurePage(ctx, '-', { reason: error.code, resource: params.provider.toUpperCase() }))
      }
    },
  }),
]

/** What `auth_url` points at. */
export const leaveOperations = [
  operation({
    method: 'GET',
    path: '/auth/{flow_id}',
    id: 'leaveForProvider',
    summary: 'Begin a sign-in in this browser',
    description: 'The `auth_url` of `authenticateUser`: binds the sign-in to the browser and goes on to the provider.',
    tags: ['Browser'],
    auth: 'none',
    params: z.object({ flow_id: z.string() }),
    responses: { 302: { description: 'On to the provider.' } },
    errors: { 404: 'There is no such sign-in.', 410: 'The sign-in has ended.' },
    handler: async ({ ctx, params, request }) => {
      if (request.method === 'HEAD') return justLooking()
      try {
        const { url, cookie } = await leaveForProvider(ctx, params.flow_id)
        const secure = ctx.publicUrl.startsWith('https:')
        return away(url, { 'set-cookie': setCookie({ ...cookie, secure }) })
      } catch (error) {
        const isPage = request.headers.get('accept')?.includes('text/html') === true
        if (!(error instanceof ApiError) || error.status >= 500 || !isPage) throw error
        return away(failurePage(ctx, params.flow_id, { reason: error.code }))
      }
    },
  }),
]

/** What the links of `loam migrate` point at. */
export const againOperations = [
  operation({
    method: 'GET',
    path: '/auth/again/{link}',
    id: 'consentAgain',
    summary: 'Begin a sign-in from a link that was sent to somebody',
    description: 'Made by `makeMoveLinks`. Good until it expires: every time it begins a sign-in of its own.',
    tags: ['Browser'],
    auth: 'none',
    params: z.object({ link: z.string() }),
    responses: { 302: { description: 'On to the provider.' } },
    errors: { 410: 'The link has expired, or the connection has moved already.' },
    handler: async ({ ctx, params, request }) => {
      if (request.method === 'HEAD') return justLooking()
      try {
        return away(`${ctx.publicUrl}/auth/${encodeURIComponent(await openMoveLink(ctx, params.link))}`)
      } catch (error) {
        const isPage = request.headers.get('accept')?.includes('text/html') === true
        if (!(error instanceof ApiError) || error.status >= 500 || !isPage) throw error
        return away(failurePage(ctx, '-', { reason: error.code }))
      }
    },
  }),
]

/** Link checkers ask with HEAD before a person comes: a sign-in must not be used up by them. */
function justLooking(): Response {
  return new Response(null, { headers: { 'cache-control': 'no-store' } })
}

function widgetPage(ctx: Context, end: FlowEnd): string {
  const { flow } = end
  const id = flow.session_id ?? flow.id
  if (end.outcome === 'failed') {
    return failurePage(ctx, id, { reason: end.reason ?? 'server_error', resource: flow.provider })
  }
  const query = new URLSearchParams({ user_id: flow.user_id, resource: flow.provider })
  return `${ctx.publicUrl}/session/${encodeURIComponent(id)}/success?${query}`
}

function failurePage(ctx: Context, id: string, query: Record<string, string>): string {
  return `${ctx.publicUrl}/session/${encodeURIComponent(id)}/failure?${new URLSearchParams(query)}`
}

function away(url: string, headers: Record<string, string> = {}): Reply {
  return new Reply(302, null, {
    location: url,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    ...headers,
  })
}
