// Whether what a person granted is somebody's still. At most providers it is of an application and an account, whichever tokens it
// is ended with: who signed in again, or is connected in another environment with the same application, would be cut off.
import type { Connector } from '../connectors/connector.ts'
import { connectorOf } from '../connectors/index.ts'
import { ApiError } from '../platform/errors.ts'
import { connectionsOfAccounts } from '../store/connections.ts'
import type { Context } from '../store/context.ts'
import { type Application, applicationOf } from './client.ts'

export async function isGrantInUse(
  ctx: Context,
  application: Application,
  environmentId: string,
  providerUserId: string,
): Promise<boolean> {
  const { connector } = application
  const all = await connectionsOfAccounts(ctx.db, [[connector.id, providerUserId]])
  // A refusal may pass: whoever is degraded has a grant to lose, too.
  for (const each of all.filter((row) => row.state !== 'revoked' && connectorOf(row) === connector)) {
    const { environment_id: own } = each
    if (own === environmentId || (await clientIdIn(ctx, own, connector)) === application.client.id) return true
  }
  return false
}

/** Null where the source is not there any more. */
async function clientIdIn(ctx: Context, environmentId: string, connector: Connector): Promise<string | null> {
  try {
    return (await applicationOf(ctx, environmentId, connector)).client.id
  } catch (error) {
    if (error instanceof ApiError) return null
    throw error
  }
}
