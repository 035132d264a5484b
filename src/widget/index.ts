// The hosted connect widget: what a person sees between the app and the provider.
import { Hono } from 'hono'
import { connectorById } from '../connectors/index.ts'
import type { Connector } from '../connectors/connector.ts'
import { startFlow } from '../credentials/connect.ts'
import { ApiError } from '../platform/errors.ts'
import type { AuthFlowRow, WidgetSessionRow } from '../store/auth-flows.ts'
import { type ConnectionRow, connectionById } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { broken, closed, languageOf, nowhere } from './closed.ts'
import { addDisconnectRoutes } from './disconnect-routes.ts'
import { failure } from './failure.ts'
import { monogram } from './monogram.ts'
import { donePage } from './outcome.ts'
import { answer } from './page.ts'
import { pathOf, redirect } from './paths.ts'
import { pickPage } from './pick.ts'
import { appNameOf, connectionsOf, flowOf, openSession, readSession, requestedProviders, stateOf } from './session.ts'
import { addSignInRoutes } from './sign-in-routes.ts'

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
      return failure(ctx, c, row, null, language, 'provider_not_enabled', connectorById(provider))
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
      ctx.log.warn({ provider, sessionId: row.id, reason: error.code }, 'a sign-in could not be started')
      return failure(ctx, c, row, null, language, error.code, connectorById(provider))
    }
  })

  addSignInRoutes(widget, ctx)
  addDisconnectRoutes(widget, ctx)

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
    const flow = session === null ? await flowOf(ctx, c.req.param('id')) : null
    const language = languageOf(c, session?.language ?? flow?.language)
    const resource = c.req.query('resource') ?? flow?.provider ?? ''
    return failure(ctx, c, session, flow, language, c.req.query('reason') ?? '', connectorById(resource.toUpperCase()))
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

  async function ownerOf(id: string): Promise<WidgetSessionRow | AuthFlowRow | null> {
    return (await readSession(ctx, id)) ?? (await flowOf(ctx, id))
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
