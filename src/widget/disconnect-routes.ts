// Ending a connection from the widget, where the session allows it.
import type { Context as Request, Hono } from 'hono'
import { addressOf } from '../api/http/client-address.ts'
import type { Connector } from '../connectors/connector.ts'
import { connectorById } from '../connectors/index.ts'
import { deauthenticate } from '../credentials/disconnect.ts'
import type { WidgetSessionRow } from '../store/auth-flows.ts'
import type { ConnectionRow } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { closed, languageOf } from './closed.ts'
import { disconnectPage } from './disconnect.ts'
import type { Language } from './language.ts'
import { answer } from './page.ts'
import { pathOf, redirect } from './paths.ts'
import { appNameOf, connectionsOf, readSession, type SessionState, stateOf } from './session.ts'

export function addDisconnectRoutes(widget: Hono, ctx: Context): void {
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
}
