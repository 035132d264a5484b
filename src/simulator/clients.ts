// The applications that sign in at the simulators: any id is one, and its secret follows from it.
import { createHash } from 'node:crypto'

export function clientSecretOf(clientId: string): string {
  return createHash('sha256').update(`loam sandbox client ${clientId}`).digest('hex').slice(0, 40)
}

const OF_ENVIRONMENT = 'sandbox-'

/** The application that an environment has at every simulator. */
export function sandboxClient(devId: string): { id: string; secret: string } {
  const id = `${OF_ENVIRONMENT}${devId}`
  return { id, secret: clientSecretOf(id) }
}

/** Whose application this is: the environment's dev-id; null for one of somebody else. */
export function sandboxOwner(clientId: string): string | null {
  return clientId.startsWith(OF_ENVIRONMENT) ? clientId.slice(OF_ENVIRONMENT.length) : null
}
