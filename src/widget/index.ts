// The hosted connect widget: what a person sees between the app and the provider.
import { Hono, type Context as Request } from 'hono'
import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { addressOf } from '../api/http/client-address.ts'
import { connectorById, connectorOf } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
import { type FlowEnd, startFlow } from '../credentials/connect.ts'
import { deauthenticate } from '../credentials/disconnect.ts'
import { leaveForm, openForm, type SignInForm, submitForm } from '../credentials/sign-in-form.ts'
import { readBytes } from '../api/http/body-reader.ts'
import { ApiError } from '../platform/errors.ts'
import { type AuthFlowRow, authFlowById, type WidgetSessionRow } from '../store/auth-flows.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { broken, closed, languageOf, nowhere } from './closed.ts'
import { disconnectPage } from './disconnect.ts'
import type { Language } from './language.ts'
import { monogram } from './monogram.ts'
import { donePage, failedPage } from './outcome.ts'
import { answer } from './page.ts'
import { pickPage } from './pick.ts'
import { signInPage, type SignInOptions } from './sign-in.ts'
import {
  appNameOf,
  connectionsOf,
  openSession,
  readSession,
  requestedProviders,
  type SessionState,
  stateOf,
} from './session.ts'

export function createWidget(ctx: Context): Hono {
  const widget = new Hono()

  widget.get('/session/:id', async (c) => {
    const row = await readSession(ctx, c.req.param('id'))
    const language = languageOf(c, row?.language)
    const state = stateOf(row, ctx.clock.now())
    if (row === null || state !== 'open') return closed(c, language, state)
    const session = await openSession(ctx, row)
    const connections = await connectionsOf(ctx, row)
    const only = requestedProviders(row)?.length === 1 ? session.connectors[0] : undefined
    const manages = row.show_disconnect === 1 && connections.length > 0
    // One provider asked for leaves nothing to choose. `?list` is how our own pages insist on seeing the list.
    if (only !== undefined && !manages && c.req.query('list') === undefined && c.req.query('lang') === undefined) {
      return redirect(c, `${pathOf(row)}/connect/${only.id}`)
    }
    return answer(c, 200, {
      language,
      title: language.text.pickTitle,
      appName: session.appName,
      languagePath: pathOf(row),
      body: pickPage({
        session,
        language,
        query: (c.req.query('q') ?? '').slice(0, 60),
        connections,
        disconnected: connectorById(c.req.query('disconnected') ?? ''),
      }),
    })
  })

  widget.get('/session/:id/connect/:provider', async (c) => {
    const row = await readSession(ctx, c.req.param('id'))
    const language = languageOf(c, row?.language)
    const state = stateOf(row, ctx.clock.now())
    if (row === null || state !== 'open') return closed(c, language, state)
    const provider = c.req.param('provider').toUpperCase()
    const { connectors } = await openSession(ctx, row)
    if (!connectors.some((connector) => connector.id === provider)) {
      return failure(c, row, null, language, 'provider_not_enabled', connectorById(provider))
    }
    try {
      const flow = await startFlow(ctx, {
        environmentId: row.environment_id,
        provider,
        sessionId: row.id,
        referenceId: row.reference_id,
        successUrl: row.success_url,
        failureUrl: row.failure_url,
        language: language.tag,
      })
      return redirect(c, `/auth/${flow.id}`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      ctx.log.warn({ provider, sessionId: row.id, code: error.code }, 'a sign-in could not be started')
      return failure(c, row, null, language, error.code, connectorById(provider))
    }
  })

  // A form of ours, for providers without a page to send people to. `id` is the flow.
  widget.get('/session/:id/sign-in', async (c) => {
    const state = c.req.query('state')
    const found = await signInForm(c, state)
    if (found instanceof Response) return found
    return showForm(c, found, { state: state!, problem: null, missing: [], typed: {} })
  })

  widget.post('/session/:id/sign-in', async (c) => {
    const site = c.req.header('sec-fetch-site')
    const body = Object.fromEntries(new URLSearchParams(await boundedText(c)))
    const found = await signInForm(c, site === undefined || site === 'same-origin' ? body.state : undefined)
    if (found instanceof Response) return found
    const end = body.do === 'cancel' ? await leaveForm(ctx, found) : await submitForm(ctx, found, body)
    if ('problem' in end) return showForm(c, found, { state: body.state!, ...end, typed: body })
    return ended(c, end)
  })

  // Where a sign-in ends when the app gave no page of its own. `id` is the session, or the flow when there was none.
  widget.get('/session/:id/success', async (c) => {
    const owner = await ownerOf(c.req.param('id'))
    const language = languageOf(c, owner?.language)
    const connector = connectorById((c.req.query('resource') ?? '').toUpperCase())
    const connection = await connectionById(ctx.db, (c.req.query('user_id') ?? '').slice(0, 64))
    // The address alone proves nothing: only what is really connected is called so.
    if (owner === null || connector === null || !isOutcomeOf(owner, connection, connector)) {
      return closed(c, language, owner === null ? 'unknown' : 'used')
    }
    return answer(c, 200, {
      language,
      title: language.text.doneTitle(connector.name),
      appName: await appNameOf(ctx, owner.environment_id),
      languagePath: null,
      body: donePage(language, connector),
    })
  })

  widget.get('/session/:id/failure', async (c) => {
    const session = await readSession(ctx, c.req.param('id'))
    const flow = session === null ? await flowOf(c.req.param('id')) : null
    const language = languageOf(c, session?.language ?? flow?.language)
    const resource = c.req.query('resource') ?? flow?.provider ?? ''
    return failure(c, session, flow, language, c.req.query('reason') ?? '', connectorById(resource.toUpperCase()))
  })

  widget.get('/session/:id/disconnect/:user', async (c) => {
    const found = await disconnectable(c)
    if ('closed' in found) return closed(c, found.language, found.closed)
    return answer(c, 200, {
      language: found.language,
      title: found.language.text.disconnectTitle(found.connector.name),
      appName: await appNameOf(ctx, found.row.environment_id),
      languagePath: null,
      body: disconnectPage(found.language, found.connection, found.connector.name, pathOf(found.row)),
    })
  })

  widget.post('/session/:id/disconnect/:user', async (c) => {
    const found = await disconnectable(c)
    if ('closed' in found) return closed(c, found.language, found.closed)
    // The session's id is the permission here; a form on a foreign page does not know it, and is refused all the same.
    const site = c.req.header('sec-fetch-site')
    if (site !== undefined && site !== 'same-origin') return closed(c, found.language, 'unknown')
    const actor = { kind: 'person', id: null, address: addressOf(ctx, c) } as const
    await deauthenticate({ ...ctx, actor }, found.connection)
    return redirect(c, `${pathOf(found.row)}?list&disconnected=${found.connector.id}`, 303)
  })

  widget.get('/static/providers/:file', (c) => {
    const file = c.req.param('file')
    const connector = file.endsWith('.svg') ? connectorById(file.slice(0, -4).toUpperCase()) : null
    if (connector === null) return c.notFound()
    c.header('content-type', 'image/svg+xml; charset=utf-8')
    c.header('content-security-policy', "default-src 'none'")
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'public, max-age=86400')
    return c.body(monogram(connector.id, connector.name))
  })

  widget.all('/session/*', (c) => nowhere(c))

  widget.onError((error, c) => broken(ctx, c, error))

  async function signInForm(c: Request, state: string | undefined): Promise<SignInForm | Response> {
    try {
      return await openForm(ctx, { flowId: c.req.param('id') ?? '', state, cookies: getCookie(c) })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) throw error
      const flow = await flowOf(c.req.param('id') ?? '')
      const connector = flow === null ? null : connectorOf(flow)
      return failure(c, null, flow, languageOf(c, flow?.language), error.code, connector)
    }
  }

  async function showForm(
    c: Request,
    form: SignInForm,
    options: Omit<SignInOptions, 'language' | 'form'>,
  ): Promise<Response> {
    const language = languageOf(c, form.flow.language)
    return answer(c, options.problem === null ? 200 : 422, {
      language,
      title: language.text.signInTitle(form.provider.name),
      appName: await appNameOf(ctx, form.flow.environment_id),
      languagePath: null,
      body: signInPage({ ...options, language, form }),
    })
  }

  /** On to the app's own page by a link's redirect, or to one of ours. */
  function ended(c: Request, { flow, reason, outcome, redirectUrl }: FlowEnd): Response | Promise<Response> {
    const query = new URLSearchParams({ user_id: flow.user_id, resource: flow.provider })
    if (reason !== null) query.set('reason', reason)
    const page = outcome === 'connected' ? 'success' : 'failure'
    const own = `/session/${encodeURIComponent(flow.session_id ?? flow.id)}/${page}?${query}`
    if (redirectUrl === null) return redirect(c, own, 303)
    // Browsers block a form post that is redirected to another origin: a page of ours goes on by itself.
    c.header('refresh', `0; url=${redirectUrl}`)
    const language = languageOf(c, flow.language)
    const connector = connectorOf(flow)
    const title =
      outcome === 'connected' ? language.text.doneTitle(connector?.name ?? flow.provider) : language.text.pageTitle
    return answer(c, 200, {
      language,
      title,
      appName: null,
      languagePath: null,
      body: html`<h1>${title}</h1>
        <p><a class="button primary" href="${redirectUrl}">${language.text.goOn}</a></p>`,
    })
  }

  async function flowOf(id: string): Promise<AuthFlowRow | null> {
    return id.length > 64 ? null : authFlowById(ctx.db, id)
  }

  async function ownerOf(id: string): Promise<WidgetSessionRow | AuthFlowRow | null> {
    return (await readSession(ctx, id)) ?? (await flowOf(id))
  }

  async function failure(
    c: Request,
    session: WidgetSessionRow | null,
    flow: AuthFlowRow | null,
    language: Language,
    reason: string,
    connector: Connector | null,
  ): Promise<Response> {
    const now = ctx.clock.now()
    const open = session !== null && stateOf(session, now) === 'open' ? await openSession(ctx, session) : null
    const offered = connector !== null && open?.connectors.some((other) => other.id === connector.id)
    const others = open?.connectors.some((other) => other.id !== connector?.id)
    const environmentId = session?.environment_id ?? flow?.environment_id
    return answer(c, 200, {
      language,
      title: language.text.failedTitle(connector?.name ?? language.text.someProvider),
      appName: environmentId === undefined ? null : await appNameOf(ctx, environmentId),
      languagePath: null,
      body: failedPage({
        language,
        reason,
        providerName: connector?.name ?? null,
        sessionId: session?.id ?? flow?.id ?? '–',
        at: now,
        tryAgainPath: open !== null && offered ? `${pathOf(open.row)}/connect/${connector.id}` : null,
        choosePath: open !== null && others ? `${pathOf(open.row)}?list` : null,
      }),
    })
  }

  /** The connection that the address names, if this session may end it. */
  async function disconnectable(
    c: Request,
  ): Promise<
    | { row: WidgetSessionRow; connection: ConnectionRow; connector: Connector; language: Language }
    | { closed: SessionState; language: Language }
  > {
    const row = await readSession(ctx, c.req.param('id') ?? '')
    const language = languageOf(c, row?.language)
    const state = stateOf(row, ctx.clock.now())
    if (row === null || state !== 'open') return { closed: state, language }
    const connections = row.show_disconnect === 1 ? await connectionsOf(ctx, row) : []
    const connection = connections.find((candidate) => candidate.user_id === c.req.param('user'))
    const connector = connection === undefined ? null : connectorById(connection.provider)
    if (connection === undefined || connector === null) return { closed: 'unknown', language }
    return { row, connection, connector, language }
  }

  return widget
}

function isOutcomeOf(
  owner: WidgetSessionRow | AuthFlowRow,
  connection: ConnectionRow | null,
  connector: Connector,
): connection is ConnectionRow {
  return (
    connection !== null &&
    connection.environment_id === owner.environment_id &&
    connection.provider === connector.id &&
    (owner.state === 'finished' || owner.state === 'connected')
  )
}

/** A form of a few fields: more is not read. */
async function boundedText(c: Request): Promise<string> {
  return Buffer.from(await readBytes(c.req.raw, 20_000)).toString('utf8')
}

function pathOf(row: WidgetSessionRow): string {
  return `/session/${encodeURIComponent(row.id)}`
}

function redirect(c: Request, path: string, status: 302 | 303 = 302): Response {
  c.header('referrer-policy', 'no-referrer')
  c.header('cache-control', 'no-store')
  return c.redirect(path, status)
}
