// Calls that the application itself signs: a nonce first, then what it is for. A nonce serves once, within 30 minutes.
import { createHmac } from 'node:crypto'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { Client, Ending } from '../connector.ts'
import { isObject } from './pages.ts'
import { httpStatusOf, jsonOf, waitSecondsOf } from './status.ts'

/** Over the values of `action`, `client_id` and `nonce` or `timestamp`: the alphabetical order of their names. */
export function signature(action: string, client: Pick<Client, 'id' | 'secret'>, nonceOrTimestamp: string): string {
  return createHmac('sha256', client.secret).update(`${action},${client.id},${nonceOrTimestamp}`).digest('hex')
}

async function nonceFor({ client, now, send }: Ending): Promise<string> {
  const timestamp = String(Math.floor(now / 1000))
  const form = {
    action: 'getnonce',
    client_id: client.id,
    timestamp,
    signature: signature('getnonce', client, timestamp),
  }
  const response = await send({ host: 'api', path: '/v2/signature' }, { method: 'POST', form })
  checkAnswer('give a nonce', response)
  const answer = jsonOf(response)
  const nonce = isObject(answer) && isObject(answer.body) ? answer.body.nonce : null
  if (typeof nonce !== 'string') throw new ProviderError('Withings gave no nonce', { next: 'retry', afterSeconds: 60 })
  return nonce
}

/** Ends what the person granted, and every subscription with it. */
export async function revoke(ending: Ending): Promise<void> {
  const { client, providerUserId, send } = ending
  const nonce = await nonceFor(ending)
  const form = {
    action: 'revoke',
    client_id: client.id,
    userid: providerUserId,
    nonce,
    signature: signature('revoke', client, nonce),
  }
  checkAnswer('end the grant', await send({ host: 'api', path: '/v2/oauth2' }, { method: 'POST', form }))
}

function checkAnswer(what: string, response: HttpResponse): void {
  const status = httpStatusOf(response)
  if (status >= 200 && status < 300) return
  const busy = status === 429 || status >= 500
  throw new ProviderError(`Withings answered ${status} when asked to ${what}`, {
    next: busy ? 'retry' : 'give_up',
    afterSeconds: busy ? (waitSecondsOf(response) ?? 60) : null,
    rateLimited: status === 429,
    status,
  })
}
