// Every cloud that the sandbox plays.
import { createOuraSimulator } from './oura/index.ts'
import type { Simulator, SimulatorContext } from './simulator.ts'

export { clientSecretOf, sandboxClient } from './clients.ts'

/** Keyed by the provider's id in lower case, as it stands in `/sandbox/{provider}`. */
export function createSimulators(
  context: Omit<SimulatorContext, 'baseUrl'> & { publicUrl: string },
): Map<string, Simulator> {
  const { publicUrl, ...rest } = context
  return new Map([['oura', createOuraSimulator({ ...rest, baseUrl: `${publicUrl}/sandbox/oura` })]])
}
