// Subscribers of a project: made by a service account, and proven by two requests before they are taken.
import { randomUUID } from 'node:crypto'
import type { Context as HonoContext, Hono } from 'hono'
import { z } from 'zod'
import { HttpFailure } from '../../platform/http.ts'
import type { Kit } from '../kit/kit.ts'
import { errorBody } from './rules.ts'

export interface Subscriber {
  id: string
  project: string
  endpointUri: string
  subscriberConfigs: { dataTypes: string[]; subscriptionCreatePolicy: string }[]
  secret: string
}

const Wanted = z.object({
  endpointUri: z.url(),
  subscriberConfigs: z.array(
    z.object({ dataTypes: z.array(z.string()).min(1), subscriptionCreatePolicy: z.enum(['AUTOMATIC', 'MANUAL']) }),
  ),
  endpointAuthorization: z.object({ secret: z.string().regex(/^(?:Bearer|Basic) /) }),
})

const ID = /^[a-z](?:[a-z0-9-]{2,34}[a-z0-9])$/
const JWT_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
/** Refused by the live service, although a guide names it. */
const NOT_SUBSCRIBABLE = new Set(['total-calories'])

export async function subscribers(kit: Kit): Promise<Subscriber[]> {
  return (await kit.state.list('subscriber:')).map((row) => JSON.parse(row.value) as Subscriber)
}

/** A token for a service account; null when it is another kind of grant. Who signed it, the sandbox takes on trust. */
export async function serviceToken(kit: Kit, form: Record<string, string>): Promise<object | null> {
  if (form.grant_type !== JWT_GRANT) return null
  const token = `ya29.service.${randomUUID()}`
  await kit.state.put(`service-token:${token}`, '1', kit.clock.now() + 3_600_000)
  return { access_token: token, expires_in: 3599, token_type: 'Bearer' }
}

export function mountSubscribers(app: Hono, kit: Kit): void {
  const root = '/v4/projects/:project/subscribers'

  app.get(root, async (c) => {
    if (!(await mayManage(c))) return kit.refuse('token', 'Request had invalid authentication credentials.')
    const own = (await subscribers(kit)).filter(({ project }) => project === c.req.param('project'))
    return c.json(own.length === 0 ? {} : { subscribers: own.map(shown), totalSize: own.length })
  })

  app.post(root, async (c) => {
    if (!(await mayManage(c))) return kit.refuse('token', 'Request had invalid authentication credentials.')
    const id = c.req.query('subscriberId') ?? randomUUID()
    if (!ID.test(id)) return kit.refuse('bad_request', 'Invalid subscriber id.')
    if ((await kit.state.get(`subscriber:${id}`)) !== null) {
      return c.json(errorBody(409, 'ALREADY_EXISTS', 'The subscriber exists.', null), 409)
    }
    return keep(c, id)
  })

  app.patch(`${root}/:id`, async (c) => {
    if (!(await mayManage(c))) return kit.refuse('token', 'Request had invalid authentication credentials.')
    const id = c.req.param('id')
    if ((await kit.state.get(`subscriber:${id}`)) === null)
      return kit.refuse('missing', 'Requested entity was not found.')
    return keep(c, id)
  })

  app.delete(`${root}/:id`, async (c) => {
    if (!(await mayManage(c))) return kit.refuse('token', 'Request had invalid authentication credentials.')
    const row = await kit.state.take(`subscriber:${c.req.param('id')}`)
    return row === null ? kit.refuse('missing', 'Requested entity was not found.') : c.json({})
  })

  async function keep(c: HonoContext, id: string): Promise<Response> {
    const wanted = Wanted.safeParse(await c.req.json().catch(() => null))
    if (!wanted.success)
      return kit.refuse('bad_request', `Invalid subscriber: ${wanted.error.issues[0]!.path.join('.')}`)
    const { endpointUri, subscriberConfigs, endpointAuthorization } = wanted.data
    if (subscriberConfigs.some(({ dataTypes }) => dataTypes.some((type) => NOT_SUBSCRIBABLE.has(type)))) {
      return kit.refuse('bad_request', 'A data type cannot be subscribed to.')
    }
    const { secret } = endpointAuthorization
    const problem = await verificationProblem(kit, endpointUri, secret)
    if (problem !== null) {
      return c.json(errorBody(400, 'FAILED_PRECONDITION', `Endpoint verification failed: ${problem}`, null), 400)
    }
    const subscriber: Subscriber = { id, project: c.req.param('project')!, endpointUri, subscriberConfigs, secret }
    await kit.state.put(`subscriber:${id}`, JSON.stringify(subscriber))
    const name = `projects/${subscriber.project}/operations/op-${id}`
    return c.json({ name, done: true, response: shown(subscriber) })
  }

  /** The sandbox's own credential, or a token that a service account was given. */
  async function mayManage(c: HonoContext): Promise<boolean> {
    const token = /^Bearer (.+)$/.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    return token.startsWith('sandbox-') || (await kit.state.get(`service-token:${token}`)) !== null
  }
}

function shown({ id, project, endpointUri, subscriberConfigs }: Subscriber): object {
  const name = `projects/${project}/subscribers/${id}`
  return { name, endpointUri, subscriberConfigs, endpointAuthorization: { secretSet: true }, state: 'ACTIVE' }
}

async function verificationProblem(kit: Kit, url: string, secret: string): Promise<string | null> {
  const post = async (headers: Record<string, string>): Promise<number> => {
    const common = { 'content-type': 'application/json', 'user-agent': 'Google-Health-API-Webhooks-Verifier' }
    const body = JSON.stringify({ type: 'verification' })
    try {
      return (await kit.http.send({ method: 'POST', url, headers: { ...common, ...headers }, body })).status
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      return 0
    }
  }
  if (![200, 201].includes(await post({ authorization: secret }))) return 'the endpoint did not accept the secret.'
  return [401, 403].includes(await post({})) ? null : 'the endpoint did not reject an unauthenticated request.'
}
