// The states of things, in words and colours that mean the same on every page.
import type { DeliveryView } from '../../api/admin/deliveries.ts'
import type { JobView } from '../../api/admin/jobs.ts'
import type { UserView } from '../../api/admin/users.ts'
import type { Html } from './html.ts'
import { badge, type Tone } from './show.ts'

const USERS: Record<UserView['state'], readonly [Tone, string]> = {
  connected: ['ok', 'Connected'],
  degraded: ['warn', 'Must sign in again'],
  revoked: ['err', 'Ended by the person'],
}

export function userState(user: { state: UserView['state']; active: boolean }): Html {
  if (user.state === 'connected' && !user.active) return badge('neutral', 'Switched off')
  return badge(...USERS[user.state])
}

export function deliveryState(delivery: Pick<DeliveryView, 'state' | 'attempts' | 'last_status' | 'held'>): Html {
  switch (delivery.state) {
    case 'delivered':
      return badge('ok', delivery.last_status === null ? 'Delivered' : `Delivered, ${delivery.last_status}`)
    case 'failed':
      return badge('err', delivery.last_status === null ? 'Failed' : `Failed, ${delivery.last_status}`)
    case 'sending':
      return badge('info', 'Sending')
    case 'waiting':
      return badge('neutral', 'After another')
    default:
      if (delivery.held) return badge('warn', 'Held')
      return delivery.attempts === 0 ? badge('info', 'Due') : badge('warn', 'Will be tried again')
  }
}

const JOBS: Record<JobView['state'], readonly [Tone, string]> = {
  pending: ['info', 'Waiting'],
  running: ['info', 'Running'],
  done: ['ok', 'Done'],
  failed: ['err', 'Failed'],
  cancelled: ['neutral', 'Stopped'],
}

export function jobState(job: Pick<JobView, 'state' | 'last_error'>): Html {
  if (job.state === 'pending' && job.last_error !== null) return badge('warn', 'Will be tried again')
  return badge(...JOBS[job.state])
}

/** One badge for an event that went to several places. */
export function eventResult(
  deliveries: readonly Pick<DeliveryView, 'state' | 'attempts' | 'last_status' | 'held'>[],
): Html {
  const [only] = deliveries
  if (only === undefined) return badge('neutral', 'No destination')
  if (deliveries.length === 1) return deliveryState(only)
  const count = (state: DeliveryView['state']) => deliveries.filter((delivery) => delivery.state === state).length
  const all = deliveries.length
  if (count('failed') > 0) return badge('err', `${count('failed')} of ${all} failed`)
  if (count('delivered') === all) return badge('ok', `Delivered to ${all}`)
  const tried = deliveries.some((delivery) => delivery.state === 'pending' && delivery.attempts > 0)
  return badge(tried ? 'warn' : 'info', `${count('delivered')} of ${all} delivered`)
}
