// A simulator out of its parts: the levers, then trouble on order, then what the provider would answer.
import { Hono } from 'hono'
import type { Simulator } from '../simulator.ts'
import { type Levers, mountControl } from './control.ts'
import { broken } from './failures.ts'
import type { Kit } from './kit.ts'

/** `cloud` has the provider's routes; `more` adds levers that only this provider has, below `/_control`. */
export function serve(kit: Kit, cloud: Hono, levers: Levers, more?: (control: Hono) => void): Simulator {
  const control = new Hono()
  mountControl(control, kit, levers)
  more?.(control)
  control.notFound((c) => c.json({ error: 'no such lever' }, 404))
  cloud.notFound(() => kit.refuse('missing', 'Not Found'))
  return {
    id: kit.rules.id,
    async handle(request) {
      await kit.clock.catchUp()
      const { pathname } = new URL(request.url)
      if (pathname.startsWith('/_control/')) return control.fetch(request)
      const failure = kit.failures.next(pathname)
      const answer = async (): Promise<Response> => cloud.fetch(request)
      const response =
        failure === null ? await answer() : await broken(failure, kit.failures.cleared, kit.rules.refuse, answer)
      kit.counting.request(response.status)
      return response
    },
    async tick() {
      await kit.clock.catchUp()
      return (await kit.notifier.retry()) + (await levers.tick())
    },
  }
}
