import { Hono } from 'hono'
import type { Simulator, SimulatorContext } from '../simulator.ts'
import { mountControl } from './control.ts'
import { mountData } from './data.ts'
import { createFailures } from './failures.ts'
import { mountOauth } from './oauth.ts'
import { createNotifier } from './subscriptions.ts'
import { mountWebhook } from './webhook.ts'

export function createOuraSimulator(context: SimulatorContext): Simulator {
  const app = new Hono()
  const failures = createFailures()
  const notifier = createNotifier(context)
  mountOauth(app, context, notifier)
  mountWebhook(app, context)
  mountData(app, context, failures)
  mountControl(app, context, failures, notifier)
  app.notFound((c) => c.json({ detail: 'Not Found' }, 404))
  return { id: 'OURA', handle: async (request) => app.fetch(request), tick: () => notifier.tick() }
}
