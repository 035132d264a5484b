import type { Context as Request } from 'hono'
import type { Connector } from '../connectors/connector.ts'
import type { AuthFlowRow, WidgetSessionRow } from '../store/auth-flows.ts'
import type { Context } from '../store/context.ts'
import type { Language } from './language.ts'
import { failedPage } from './outcome.ts'
import { answer } from './page.ts'
import { pathOf } from './paths.ts'
import { appNameOf, openSession, stateOf } from './session.ts'

/** The page that says why it was not to be, and what to do now. */
export async function failure(
  ctx: Context,
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
