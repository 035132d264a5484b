// From a provider's notification to a signed webhook, through the whole server, against the sandbox's levers.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Delivered, openPipeline, sporty, until } from './pipeline.ts'
import { freePort } from './services/free-port.ts'

const pipeline = await openPipeline()
after(() => pipeline.close())
const {
  running,
  url,
  sinkUrl,
  delivered,
  answerWith,
  connect,
  idle,
  rest,
  anyWorkout,
  fromSimulator,
  lever,
  requestsOf,
  providerCalls,
  keys,
  admin,
} = pipeline

test('a superseding version arrives as one event with a larger ordering timestamp; the same again as none', async () => {
  const who = sporty('pipe-update')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  const earlier = Number(
    delivered.findLast((each) => each.text.includes(workout.summaryId))!.headers['x-terra-ordering-timestamp'],
  )
  const before = delivered.length
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  assert.equal(
    (await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)).accepted,
    1,
  )
  const told = (): Delivered[] => delivered.slice(before).filter((each) => each.text.includes(workout.summaryId))
  await until(() => told().length > 0, 'no event')
  const event = told()[0]!
  assert.equal(event.body.type, 'activity')
  assert.equal(event.body.data!.length, 1)
  assert.equal(event.body.data![0]!.metadata.summary_id, workout.summaryId)
  assert.ok(Number(event.headers['x-terra-ordering-timestamp']) > earlier)
  await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
  await idle()
  assert.equal(told().length, 1)
})

test('a storm of one notification is one read and one event', async () => {
  const who = sporty('pipe-storm')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  const before = delivered.length
  await lever('stats?reset=1')
  await Promise.all(
    Array.from({ length: 20 }, async () => {
      for (let i = 0; i < 10; i++) {
        await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
      }
    }),
  )
  await idle()
  // Days that go on meanwhile are announced too.
  const told = delivered.slice(before).filter((each) => each.text.includes(workout.summaryId))
  assert.equal(told.length, 1)
  assert.equal(await requestsOf(who, 'workout'), 1)
})

test('two changes in a row: what is announced while the first is read is read after it, and both arrive', async () => {
  const who = sporty('pipe-twice')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  const before = delivered.length
  const versions = (): (number | undefined)[] =>
    delivered
      .slice(before)
      .filter((each) => each.text.includes(workout.summaryId))
      .map(({ body }) => body.data![0]!.calories_data?.total_burned_calories)
  const rewritten = async (): Promise<number> => {
    await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
    const document = await fromSimulator<{ calories: number }>(who, `workout/${workout.id}`)
    await lever('stats?reset=1')
    await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
    return document.calories
  }
  // The first reading has its workout, and waits for what belongs to it.
  await lever('fail?delay=1500&path=heartrate')
  const first = await rewritten()
  await until(async () => (await requestsOf(who, 'workout')) === 1, 'it was not read')
  const second = await rewritten()
  await until(() => versions().length === 2, 'not both arrived')
  assert.notEqual(first, second)
  assert.deepEqual(versions(), [first, second])
})

test('a forged notification is refused and starts nothing', async () => {
  const started = async (): Promise<number> => {
    const calls = await providerCalls()
    const response = await fetch(`${url}/v2/hooks/oura/pipeline`, {
      method: 'POST',
      headers: { 'x-oura-timestamp': '1700000000', 'x-oura-signature': 'A'.repeat(64) },
      body: '{"event_type":"update","data_type":"sleep","object_id":"x","event_time":"2026-01-01T00:00:00Z","user_id":"y"}',
    })
    assert.equal(response.status, 401)
    await idle()
    return (await providerCalls()) - calls
  }
  // The sandbox's devices upload every quarter of an hour, which is announced and read: never twice in a row.
  assert.ok((await started()) === 0 || (await started()) === 0)
})

test('a removed workout is sent once more as deleted, and leaves REST', async () => {
  const who = sporty('pipe-delete')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`delete?person=${who}&kind=workout&id=${workout.id}`)
  await lever(`notify?person=${who}&data_type=workout&event_type=delete&object_id=${workout.id}`)
  await until(
    () =>
      delivered.some(
        (each) =>
          each.body.data?.[0]?.metadata.summary_id === workout.summaryId &&
          each.body.data[0].metadata.upload_type === 4,
      ),
    'no deletion was sent',
  )
  const left = await rest(userId, 'activity')
  assert.ok(left.every((record) => record.metadata.summary_id !== workout.summaryId))
})

test('an edited bedtime: the old night is deleted, the new one is there', async () => {
  const { userId } = await connect('pipe-bed')
  const nights = (await rest(userId, 'sleep')).filter((night) => night.metadata.is_nap === false)
  const old = nights.at(-2)!
  const day = String(old.metadata.end_time).slice(0, 10)
  await lever(`edit-bedtime?person=pipe-bed&day=${day}`)
  const edited = (await fromSimulator('pipe-bed', `sleep?start_date=${day}&end_date=${day}`)).data.find(
    (each) => each.type === 'long_sleep',
  )!
  await lever(`notify?person=pipe-bed&data_type=sleep&event_type=create&object_id=${edited.id}`)
  await until(
    () =>
      delivered.some((each) => each.body.type === 'record_deleted' && each.body.summary_id === old.metadata.summary_id),
    'no record_deleted',
  )
  const now = await rest(userId, 'sleep')
  assert.ok(now.every((night) => night.metadata.summary_id !== old.metadata.summary_id))
  // Another night may have ended meanwhile.
  const latest = Date.parse(String(nights.at(-1)!.metadata.end_time))
  const same = now.filter(
    ({ metadata }) => metadata.is_nap === false && Date.parse(String(metadata.end_time)) <= latest,
  )
  assert.equal(same.length, nights.length)
})

test('an ended token is refreshed once, however many ask', async () => {
  const { userId } = await connect('pipe-refresh')
  const version = async (): Promise<number> =>
    (await running.ctx.db.one<{ token_version: number }>('SELECT token_version FROM connections WHERE user_id = $1', [
      userId,
    ]))!.token_version
  await running.ctx.db.run('UPDATE connections SET token_expires_at = 1 WHERE user_id = $1', [userId])
  const before = await version()
  await Promise.all(Array.from({ length: 8 }, (_, i) => rest(userId, 'daily', 22 + i)))
  assert.equal(await version(), before + 1)
})

test('a person who ended access at the provider: one connection_error, and REST says so', async () => {
  const { userId } = await connect('pipe-revoked')
  await idle()
  await lever('revoke?person=pipe-revoked')
  const response = await fetch(
    `${url}/v2/sleep?user_id=${userId}&start_date=2026-01-01&end_date=2026-01-05&to_webhook=false`,
    { headers: keys() },
  )
  assert.equal(response.status, 400)
  assert.equal(((await response.json()) as { reason: string }).reason, 'connection_error')
  await admin('POST', `/users/${userId}/backfill`, { days: 3 })
  await admin('POST', `/users/${userId}/backfill`, { days: 4 })
  await idle()
  const errors = delivered.filter((each) => each.body.type === 'connection_error' && each.body.user?.user_id === userId)
  assert.equal(errors.length, 1)
})

test('a provider that limits us is asked again after its wait', async () => {
  const who = sporty('pipe-limit')
  const { userId } = await connect(who)
  const workout = await anyWorkout(userId, who)
  await lever(`rewrite?person=${who}&kind=workout&id=${workout.id}`)
  await lever('fail?status=429&times=1&retry_after=1&path=/workout/')
  const before = delivered.length
  await lever(`notify?person=${who}&data_type=workout&event_type=update&object_id=${workout.id}`)
  const told = (): boolean => delivered.slice(before).some((each) => each.text.includes(workout.summaryId))
  await until(told, 'the limited read was not tried again')
})

test('user_reauth is delivered before auth, also when it fails at first', async () => {
  await connect('pipe-again')
  let refused = 0
  answerWith((delivery) => (delivery.body.type === 'user_reauth' && refused++ === 0 ? 500 : 200))
  const from = delivered.length
  const { userId } = await connect('pipe-again')
  const late = delivered.slice(from)
  answerWith(() => 200)
  const order = late.map((each) => each.body.type).filter((type) => type === 'user_reauth' || type === 'auth')
  assert.deepEqual(order, ['user_reauth', 'user_reauth', 'auth'])
  const [first, second] = late.filter((each) => each.body.type === 'user_reauth')
  assert.equal(first!.headers['x-terra-trace-id'], second!.headers['x-terra-trace-id'])
  assert.ok(first!.text.includes(userId))
  assert.equal(first!.text, second!.text)
})

test('410 pauses a destination and holds its events; a dead neighbour delays nothing', async () => {
  const dead = await admin('POST', '/destinations', { type: 'webhook', url: `http://127.0.0.1:${await freePort()}/` })
  answerWith(() => 410)
  await admin('POST', '/generate', { type: 'sleep', send: true })
  const mine = async () => (await admin('GET', '/destinations')).data.find((each) => each.target === sinkUrl)!
  await until(async () => (await mine()).state === 'paused', 'not paused')
  answerWith(() => 200)
  const before = delivered.length
  await admin('POST', '/generate', { type: 'daily', send: true })
  await idle()
  assert.equal(delivered.length, before)
  const at = performance.now()
  await admin('POST', `/destinations/${(await mine()).id}/resume`)
  await until(() => delivered.length >= before + 2, 'what was held did not come')
  assert.ok(performance.now() - at < 3000)
  await admin('DELETE', `/destinations/${dead.id}`)
})
