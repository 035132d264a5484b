import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { audit, type AuditRow } from '../../store/audit.ts'
import type { Database } from '../../store/database.ts'
import { auditRead } from '../audit-read.ts'
import { allOperations } from '../operations.ts'
import { type Answer, openTestApi, type TestApi } from '../test-api.ts'

let api: TestApi
before(async () => {
  api = await openTestApi()
})
after(() => api.dispose())

const rows = (): Promise<AuditRow[]> => api.ctx.db.all('SELECT * FROM audit_log ORDER BY at, id')

/** What `call` left in the log. */
async function leaves(call: () => Promise<Answer>, status: number): Promise<AuditRow[]> {
  const before = (await rows()).length
  const answer = await call()
  assert.equal(answer.status, status, answer.text)
  return (await rows()).slice(before)
}

interface Step {
  /** Of the operation. */
  id: string
  action: string
  status?: number
  call: (ids: Record<string, string>) => readonly [method: string, path: string, json?: object]
  /** Kept for the steps that follow. */
  keep?: (answer: Answer) => Record<string, unknown>
}

const user =
  (suffix = '') =>
  (ids: Record<string, string>) =>
    `/users/${ids.user}${suffix}`
const steps: Step[] = [
  {
    id: 'createEnvironment',
    action: 'environment.created',
    status: 201,
    call: () => ['POST', '/environments', { name: 'New' }],
  },
  {
    id: 'updateEnvironment',
    action: 'environment.changed',
    call: () => ['PATCH', `/environments/${api.devId}`, { name: 'Renamed' }],
  },
  {
    id: 'rotateKey',
    action: 'key.rotated',
    status: 201,
    call: () => ['POST', '/keys/rotate', {}],
    keep: ({ json }) => ({ key: json.id }),
  },
  { id: 'revokeKey', action: 'key.revoked', status: 204, call: ({ key }) => ['DELETE', `/keys/${key}`] },
  {
    id: 'rotateSigningSecret',
    action: 'signing_secret.rotated',
    status: 201,
    call: () => ['POST', '/signing-secret/rotate', {}],
  },
  { id: 'putSource', action: 'source.changed', call: () => ['PUT', '/sources/FITBIT', { enabled: true }] },
  {
    id: 'createDestination',
    action: 'destination.created',
    status: 201,
    call: () => ['POST', '/destinations', { type: 'webhook', url: 'https://example.com/hook' }],
    keep: ({ json }) => ({ destination: json.id }),
  },
  {
    id: 'updateDestination',
    action: 'destination.changed',
    call: ({ destination }) => ['PATCH', `/destinations/${destination}`, { name: 'Other' }],
  },
  {
    id: 'testDestination',
    action: 'destination.tested',
    call: ({ destination }) => ['POST', `/destinations/${destination}/test`],
  },
  {
    id: 'pauseDestination',
    action: 'destination.paused',
    call: ({ destination }) => ['POST', `/destinations/${destination}/pause`],
  },
  {
    id: 'resumeDestination',
    action: 'destination.resumed',
    call: ({ destination }) => ['POST', `/destinations/${destination}/resume`],
  },
  {
    id: 'rotateDestinationSecret',
    action: 'destination.secret_rotated',
    status: 201,
    call: ({ destination }) => ['POST', `/destinations/${destination}/signing-secret/rotate`, {}],
  },
  { id: 'patchUser', action: 'user.changed', call: (ids) => ['PATCH', user()(ids), { reference_id: 'somebody' }] },
  {
    id: 'backfillUser',
    action: 'user.history_asked',
    status: 202,
    call: (ids) => ['POST', user('/backfill')(ids), { days: 3 }],
    keep: ({ json }) => ({ job: json.job_id }),
  },
  { id: 'cancelJob', action: 'job.stopped', call: ({ job }) => ['POST', `/jobs/${job}/cancel`] },
  { id: 'resumeJob', action: 'job.resumed', call: ({ job }) => ['POST', `/jobs/${job}/resume`] },
  { id: 'makeMoveLinks', action: 'move.links_made', call: () => ['POST', '/moves/FITBIT/links', {}] },
  { id: 'finishMove', action: 'user.removed', call: ({ old }) => ['POST', `/moves/FITBIT/users/${old}/finish`, {}] },
  {
    id: 'generate',
    action: 'event.made_up',
    call: ({ user: id }) => ['POST', '/generate', { type: 'sleep', user_id: id, send: true }],
    keep: ({ json }) => ({ event: json.event_id, delivery: (json.delivery_ids as string[])[0] }),
  },
  { id: 'makePayloadUrl', action: 'event.url_made', call: ({ event }) => ['POST', `/events/${event}/payload-url`, {}] },
  {
    id: 'resendEvent',
    action: 'event.sent_again',
    status: 202,
    call: ({ event }) => ['POST', `/events/${event}/resend`, {}],
  },
  {
    id: 'resendDelivery',
    action: 'delivery.sent_again',
    status: 202,
    call: ({ delivery }) => ['POST', `/deliveries/${delivery}/resend`],
  },
  {
    id: 'replay',
    action: 'replay.started',
    status: 202,
    call: () => ['POST', '/replays', {}],
    keep: ({ json }) => ({ replay: json.replay_id }),
  },
  { id: 'cancelReplay', action: 'job.stopped', call: ({ replay }) => ['POST', `/replays/${replay}/cancel`] },
  { id: 'resumeReplay', action: 'job.resumed', call: ({ replay }) => ['POST', `/replays/${replay}/resume`] },
  { id: 'renormalize', action: 'renormalize.started', status: 202, call: () => ['POST', '/renormalize', {}] },
  {
    id: 'createInspectorBin',
    action: 'destination.created',
    status: 201,
    call: () => ['POST', '/inspector'],
    keep: ({ json }) => ({ bin: json.bin }),
  },
  { id: 'clearInspector', action: 'inspector.cleared', call: ({ bin }) => ['DELETE', `/inspector/${bin}/requests`] },
  {
    id: 'deleteDestination',
    action: 'destination.removed',
    status: 204,
    call: ({ destination }) => ['DELETE', `/destinations/${destination}`],
  },
  { id: 'deauthUser', action: 'user.removed', status: 204, call: (ids) => ['DELETE', user()(ids)] },
  { id: 'signOut', action: 'session.ended', call: () => ['DELETE', '/session'] },
]

test('every change by the admin API leaves its entry, and says who, what and whose', async () => {
  const changing = allOperations()
    .map(({ operation }) => operation)
    .filter(({ auth, method }) => (auth === 'admin' || auth === 'instance') && method !== 'GET')
  assert.deepEqual(steps.map(({ id }) => id).sort(), changing.map(({ id }) => id).sort())

  const { user_id: id } = await api.addUser({ reference_id: 'secret-name' })
  const old = await api.addUser({ provider: 'FITBIT', variant: 'legacy', provider_user_id: '9XK4TB' })
  await api.addUser({ provider: 'FITBIT', former_user_id: '9XK4TB' })
  await api.addUser({ provider: 'FITBIT', variant: 'legacy', provider_user_id: '9XK4TC' })
  const ids: Record<string, string> = { user: id, old: old.user_id }
  for (const step of steps) {
    const [method, path, json] = step.call(ids)
    const cookie = step.id === 'signOut' ? { headers: { cookie: 'loam_session=none' } } : {}
    let kept: Record<string, unknown> = {}
    const left = await leaves(async () => {
      const answer = await api.asOperator(method, `/admin/v1${path}`, { ...cookie, ...(json && { json }) })
      if (step.keep !== undefined) kept = step.keep(answer)
      return answer
    }, step.status ?? 200)
    assert.deepEqual(
      left.map(({ action }) => action),
      [step.action],
      step.id,
    )
    assert.equal(left[0]!.actor, 'admin_token', step.id)
    Object.assign(ids, kept)
  }
  const text = JSON.stringify(await rows())
  assert.ok(!text.includes('secret-name') && !text.includes('somebody'), 'no reference of a person')
  const removed = (await rows()).filter(({ action }) => action === 'user.removed')
  assert.deepEqual(
    removed.map(({ user_id: whose }) => whose),
    [old.user_id, id],
  )
})

test('what is refused or rolled back leaves none', async () => {
  const nothing = await leaves(() => api.asOperator('DELETE', '/admin/v1/destinations/none'), 404)
  assert.deepEqual(nothing, [])
  const before = await rows()
  const failing = api.ctx.db.transaction(async (tx) => {
    audit(api.ctx, tx, { action: 'key.revoked', environmentId: null })
    throw new Error('after all not')
  })
  await assert.rejects(failing, /after all not/)
  assert.deepEqual(await rows(), before)
})

test('sign-ins, refused ones and shown secrets', async () => {
  const right = await leaves(() => api.call('POST', '/admin/v1/session', { json: { token: api.adminToken } }), 200)
  assert.deepEqual(
    right.map(({ action, actor, details }) => [action, actor, details]),
    [['session.started', 'session', '{"by":"token"}']],
  )
  const guess = () => api.call('POST', '/admin/v1/session', { json: { token: 'wrong-token-42' } })
  assert.deepEqual(
    (await leaves(guess, 401)).map(({ action, actor }) => [action, actor]),
    [['session.refused', 'nobody']],
  )
  assert.deepEqual(await leaves(guess, 401), [], 'once a minute from one address')
  const shown = await leaves(() => api.asOperator('GET', '/admin/v1/keys?reveal=true'), 200)
  assert.deepEqual(
    shown.map(({ action }) => action),
    ['secrets.shown'],
  )
  assert.deepEqual(await leaves(() => api.asOperator('GET', '/admin/v1/keys'), 200), [])
  const text = JSON.stringify(await rows())
  for (const secret of [api.adminToken, api.apiKey, api.signingSecret, 'wrong-token-42']) {
    assert.ok(!text.includes(secret))
  }
})

test('reads of health data: one entry an hour for a key, a person and a type', async () => {
  const { user_id: id } = await api.addUser()
  const read = (type: string) => () =>
    api.asCustomer('GET', `/v2/${type}?user_id=${id}&start_date=2026-03-01&to_webhook=false`)
  const [first, ...others] = await leaves(read('nutrition'), 200)
  assert.deepEqual(others, [])
  assert.equal(first?.action, 'health_data.read')
  assert.equal(first.actor, 'api_key')
  assert.equal(first.user_id, id)
  assert.deepEqual(JSON.parse(first.details!), { type: 'nutrition', via: 'api' })
  const key = await api.asOperator('GET', '/admin/v1/keys')
  assert.ok((key.json.api_keys as { id: string }[]).some((each) => each.id === first.actor_id))
  assert.deepEqual(await leaves(read('nutrition'), 200), [])
  assert.equal((await leaves(read('menstruation'), 200)).length, 1)
  api.clock.advance(3600_000)
  assert.equal((await leaves(read('nutrition'), 200)).length, 1)
  const asked = await leaves(() => api.asCustomer('GET', `/v2/daily?user_id=${id}&start_date=2026-03-01`), 200)
  assert.deepEqual(
    asked.map(({ action }) => action),
    ['health_data.requested'],
  )
  // Another server that noted it in the same hour: its row stays the only one.
  const server = () => {
    const db = { transaction: api.ctx.db.transaction.bind(api.ctx.db) } as Database
    return { ...api.ctx, db, actor: { kind: 'link', id: null, address: null } as const }
  }
  const count = (await rows()).length
  await auditRead(server(), { environmentId: null, subject: 'x' })
  await auditRead(server(), { environmentId: null, subject: 'x' })
  assert.equal((await rows()).length, count + 1)
})

test('reads by the operator: records, events, signed URLs', async () => {
  const { user_id: id } = await api.addUser()
  const records = `/admin/v1/users/${id}/records?type=sleep&start_date=2026-03-01&end_date=2026-03-02`
  assert.equal((await leaves(() => api.asOperator('GET', records), 200))[0]?.user_id, id)
  const made = await api.asOperator('POST', '/admin/v1/generate', { json: { type: 'sleep', user_id: id, send: true } })
  const event = String(made.json.event_id)
  const [seen] = await leaves(() => api.asOperator('GET', `/admin/v1/events/${event}`), 200)
  assert.deepEqual([seen?.action, seen?.subject, seen?.user_id], ['health_data.read', event, id])
  const { json } = await api.asOperator('POST', `/admin/v1/events/${event}/payload-url`, { json: {} })
  const { pathname, search } = new URL(String(json.url))
  const [fetched] = await leaves(() => api.call('GET', `${pathname}${search}`), 200)
  assert.deepEqual([fetched?.actor, fetched?.subject], ['link', event])
})

test('what changes nothing leaves nothing', async () => {
  const { user_id: id } = await api.addUser({ reference_id: 'me' })
  const json = {
    type: 'webhook',
    name: 'Twice',
    settings: {
      url: 'https://example.com/hook',
      headers: { 'x-a': '1' },
      signing_secret: 'a-secret-of-this-destination',
    },
    providers: ['OURA'],
    delivery: { concurrency: 2 },
  }
  const { json: made } = await api.asOperator('POST', '/admin/v1/destinations', { json })
  const { json: environment } = await api.asOperator('GET', `/admin/v1/environments/${api.devId}`)
  const { name, kind, settings } = environment
  const { type: _, ...same } = json
  for (const [path, ...changes] of [
    [`/admin/v1/destinations/${made.id}`, {}, { name: 'Twice' }, same],
    [`/admin/v1/environments/${api.devId}`, {}, { name, kind, settings }],
    [`/admin/v1/users/${id}`, {}, { active: true, reference_id: 'me' }],
  ] as const) {
    for (const change of changes) {
      assert.deepEqual(await leaves(() => api.asOperator('PATCH', path, { json: change }), 200), [], path)
    }
  }
  const unchanged = await api.asOperator('GET', `/admin/v1/destinations/${made.id}`)
  assert.equal(unchanged.json.updated_at, made.updated_at)
  assert.deepEqual(await leaves(() => api.asCustomer('PATCH', `/v2/users/${id}`, { json: { active: true } }), 200), [])
  const other = { settings: { signing_secret: 'another-secret-of-this-destination' } }
  const changed = () => api.asOperator('PATCH', `/admin/v1/destinations/${made.id}`, { json: other })
  assert.equal((await leaves(changed, 200))[0]?.action, 'destination.changed')
})
