// What every kind of destination has to pass. The loop knows no kind, so all that it relies on is tested here.
import assert from 'node:assert/strict'
import { after, before, suite, test, type TestContext } from 'node:test'
import { z } from 'zod'
import { openTestApi } from '../../src/api/test-api.ts'
import { startDelivering } from '../../src/deliver/deliver.ts'
import {
  type Now,
  type OutgoingEvent,
  secretMembers,
  type Sender,
  type World,
} from '../../src/destinations/destination.ts'
import { destinationType } from '../../src/destinations/index.ts'
import { appendEvents } from '../../src/outbox/append.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import type { Context } from '../../src/store/context.ts'
import { type JsonSchema, readSchemaForm, schemaFieldNames, schemaFields } from '../../src/web/parts/schema-form.ts'
import {
  assertArrived,
  assertDelivered,
  assertRetry,
  failure,
  inGroups,
  openSockets,
  secretsIn,
  unticked,
} from './assertions.ts'
import { pause, silentServer, testEvent, testEvents, testWorld, until } from './events.ts'
import type { Server, Settings, Stage } from './stage.ts'

const NOW: Now = { signingSecrets: ['environment-secret-0123456789'], timeoutMs: 10_000 }
const HURRY: Now = { ...NOW, timeoutMs: 1000 }

export function destinationSuite(id: string, stage: Stage): void {
  const type = destinationType(id)!
  const missing = stage.missing()
  if (missing !== null && process.env.CI === 'true') throw new Error(`CI tests ${id}, and ${missing}`)

  suite(`a ${id} destination`, { skip: missing ?? false, timeout: 180_000 }, () => {
    let server: Server
    before(async () => {
      server = await stage.start()
    })
    after(() => server?.stop())

    const open = (settings: Settings, world: World): Sender =>
      type.open(type.settings.parse(settings), { ...world, ...server.abilities })
    const { networked } = stage
    function opened(t: TestContext, settings: Settings, world = testWorld(t, { allowPrivate: true })): Sender {
      const sender = open(settings, world)
      t.after(() => sender.close())
      return sender
    }

    test('events arrive once, byte for byte, with a result for each in their order', async (t) => {
      const settings = await server.place()
      const sender = opened(t, settings)
      const events = testEvents(50)
      for (const group of inGroups(events, type.batch?.events ?? 1)) {
        assertDelivered(await sender.send(group, NOW), group.length)
      }
      assertArrived(await server.read(settings), events, { once: true })
    })

    test('a large event arrives as it is', async (t) => {
      const settings = await server.place()
      const most = type.maxEventBytes?.(type.settings.parse(settings)) ?? Infinity
      const event = testEvent(0, undefined, Math.min(3_000_000, most - 2000))
      assert.ok(event.body.byteLength <= most)
      assertDelivered(await opened(t, settings).send([event], NOW), 1)
      assertArrived(await server.read(settings), [event], { once: true })
    })

    test('calls at the same time share a connection and mix nothing up', async (t) => {
      const settings = await server.place()
      const sender = opened(t, settings)
      const users = Array.from({ length: 12 }, () => testEvents(3))
      const sent = users.flatMap((events) => inGroups(events, type.batch?.events ?? 1))
      const results = await Promise.all(sent.map((group) => sender.send(group, NOW)))
      results.forEach((result, i) => assertDelivered(result, sent[i]!.length))
      assertArrived(await server.read(settings), users.flat(), { once: true })
    })

    test(`the same event again is ${stage.idempotent ? 'there once' : 'known by its id'}`, async (t) => {
      const settings = await server.place()
      const event = testEvent(1)
      assertDelivered(await opened(t, settings).send([event], NOW), 1)
      assertDelivered(await opened(t, settings).send([{ ...event, attempt: 2 }], NOW), 1)
      assertArrived(await server.read(settings), [event], { once: stage.idempotent })
    })

    test('two destinations share nothing', { skip: stage.onePlace === true }, async (t) => {
      const [one, other] = [await server.place(), await server.place()]
      const [first, second] = [opened(t, one), opened(t, other)]
      const events = testEvents(4)
      assertDelivered(await first.send([events[0]!], NOW), 1)
      assertDelivered(await second.send([events[1]!], NOW), 1)
      await first.close()
      assertDelivered(await second.send([events[2]!], NOW), 1)
      assertArrived(await server.read(one), [events[0]!], { once: true })
      assertArrived(await server.read(other), [events[1]!, events[2]!], { once: true })
    })

    test('closing ends every socket', { skip: !networked }, async (t) => {
      const settings = await server.place()
      // What the tests before this one closed is gone by then.
      await pause(300)
      const before = openSockets()
      const world = testWorld(t, { allowPrivate: true })
      const sender = open(settings, world)
      const results = await Promise.all(testEvents(6).map((event) => sender.send([event], NOW)))
      assertDelivered(results.flat(), 6)
      assert.ok(openSockets() > before)
      await sender.close()
      await world.http.close()
      await until('the sockets are closed', () => openSockets() <= before)
    })

    test(
      'a server that is killed in the middle loses nothing that was acknowledged',
      { skip: !networked },
      async (t) => {
        const settings = await server.place()
        const sender = opened(t, settings)
        const waiting = testEvents(300)
        const all = [...waiting]
        const acknowledged: OutgoingEvent[] = []
        let failures = 0
        const work = async (): Promise<void> => {
          for (let batch = take(); batch.length > 0 && !t.signal.aborted; batch = take()) {
            const results = await sender.send(batch, { ...NOW, timeoutMs: 5000 })
            assert.equal(results.length, batch.length)
            batch.forEach((event, i) => {
              assert.notEqual(results[i]!.next, 'rejected', failure(results[i]!))
              if (results[i]!.next === 'delivered') acknowledged.push(event)
              else waiting.push(event)
            })
            const failed = results.some(({ next }) => next !== 'delivered')
            if (failed) failures++
            await pause(failed ? 200 : 5)
          }
        }
        const take = (): OutgoingEvent[] => waiting.splice(0, Math.min(type.batch?.events ?? 1, 5))
        const workers = Promise.all([work(), work(), work(), work()])
        await until('some events are through', () => acknowledged.length >= 40)
        await server.kill()
        await until('sending fails', () => failures > 0)
        const before = [...acknowledged]
        await server.restart()
        // Not at once: some servers are up before they have read their own log, or can list nothing while somebody writes.
        await until('everything acknowledged before can be read', async () => {
          const kept = new Set((await server.read(settings).catch(() => [])).map((each) => each.id))
          return before.every((event) => kept.has(event.id))
        })
        await workers
        // What was taken up while the others ended.
        await work()
        assert.equal(acknowledged.length, all.length)
        assertArrived(await server.read(settings), all, { once: stage.idempotent })
      },
    )

    test(
      'wrong credentials are a failure to mend, told without a secret',
      { skip: stage.wrongCredentials === null },
      async (t) => {
        const settings = stage.wrongCredentials!(await server.place())
        const results = await opened(t, settings).send([testEvent(0)], NOW)
        assertRetry(results, settings)
      },
    )

    test('a host that is not there is told by name', { skip: !networked }, async (t) => {
      const settings = server.at(await server.place(), { host: 'nowhere.invalid', port: 4711 })
      const message = assertRetry(await opened(t, settings).send([testEvent(0)], NOW), settings)
      assert.match(message, /nowhere\.invalid/)
    })

    test('a refused connection is told', { skip: !networked }, async (t) => {
      const settings = server.at(await server.place(), { host: '127.0.0.1', port: 1 })
      const message = assertRetry(await opened(t, settings).send([testEvent(0)], NOW), settings)
      assert.match(message, /127\.0\.0\.1:1\b/)
    })

    test('a server that says nothing is given up, and no socket stays', { skip: !networked }, async (t) => {
      const silent = await silentServer(t)
      const settings = server.at(await server.place(), { host: '127.0.0.1', port: silent.port })
      const world = testWorld(t, { allowPrivate: true })
      const sender = open(settings, world)
      assertRetry(await sender.send([testEvent(0)], HURRY), settings)
      assert.ok(silent.seen() > 0)
      const sending = sender.send([testEvent(1)], HURRY)
      await until('it connects again', () => silent.seen() > 1)
      await sender.close()
      assertRetry(await sending, settings)
      await world.http.close()
      await until('its sockets are closed', () => silent.open() === 0)
    })

    test('private addresses are refused unless they are allowed', { skip: !networked }, async (t) => {
      const silent = await silentServer(t)
      for (const host of ['127.0.0.1', 'localhost']) {
        const settings = server.at(await server.place(), { host, port: silent.port })
        // What it names there is what is refused when it is given.
        const places = Object.values(type.reaches?.(type.settings.parse(settings)) ?? {}).flat()
        assert.ok(
          places.some((place) => place.includes(host)),
          'reaches names its hosts',
        )
        const sender = opened(t, settings, testWorld(t, { allowPrivate: false }))
        const message = assertRetry(await sender.send([testEvent(0)], NOW), settings)
        assert.match(message, /private address; LOAM_ALLOW_PRIVATE_DESTINATIONS allows/)
      }
      // Nor by a socket that nobody waits for.
      await pause(200)
      assert.equal(silent.seen(), 0)
    })

    test('through the API and the loop: tested, delivered, and no secret shown', async (t) => {
      const settings = await server.place()
      const { ctx, api } = await instance(t, server)
      const created = await api.asOperator('POST', '/admin/v1/destinations', { json: { type: id, settings } })
      assert.equal(created.status, 201, created.text)
      const path = `/admin/v1/destinations/${created.json.id}`
      const secrets = secretsIn(id, settings)

      const tested = await api.asOperator('POST', `${path}/test`)
      assert.equal(tested.json.outcome, 'delivered', tested.text)
      if (stage.testedAt !== undefined) assert.match(String(tested.json.message), stage.testedAt(settings))
      const renamed = await api.asOperator('PATCH', path, { json: { name: 'Renamed', settings: {} } })
      assert.equal(renamed.status, 200, renamed.text)
      const loop = await startDelivering(ctx, { onlyProcess: true })
      t.after(() => loop.stop(1000))
      await ctx.db.transaction((tx) =>
        appendEvents(
          ctx,
          tx,
          Array.from({ length: 20 }, () => ({
            environmentId: api.environment.id,
            connection: null,
            body: { type: 'healthcheck', umlaut: 'ä' },
            lane: 'live' as const,
          })),
        ),
      )
      await until('the events have arrived', async () => (await server.read(settings)).length >= 21)
      const stored = await ctx.db.all<{ body: unknown }>(`SELECT id FROM events WHERE type = 'healthcheck'`)
      assert.equal(stored.length, 20)

      const shown = [
        await api.asOperator('GET', path),
        await api.asOperator('GET', '/admin/v1/destinations'),
        await api.asOperator('GET', `/admin/v1/deliveries?destination_id=${created.json.id}`),
        tested,
        renamed,
      ]
      for (const secret of secrets) {
        for (const { text } of shown) assert.ok(!text.includes(JSON.stringify(secret).slice(1, -1)), text)
      }
      for (const name of secretMembers(type)) {
        assert.equal((shown[0]!.json.secrets as Record<string, boolean>)[name], typeof settings[name] === 'string')
      }
    })

    test("the dashboard's form gives the same settings", async () => {
      const settings = await server.place()
      const schema = z.toJSONSchema(type.settings, { io: 'input' }) as JsonSchema
      const typed = Object.entries(settings).map(([name, value]): [string, string[]] => {
        if (typeof value === 'boolean') return [`settings.${name}`, value ? ['on'] : []]
        return [`settings.${name}`, [Array.isArray(value) ? value.join('\r\n') : String(value)]]
      })
      const drawn = String(schemaFields(schema, { values: {}, typed: {}, problems: {}, secretsSet: {} }))
      for (const name of schemaFieldNames(schema)) assert.ok(drawn.includes(`name="${name}"`), name)
      assert.deepEqual(
        type.settings.parse(readSchemaForm(schema, Object.fromEntries(typed))),
        type.settings.parse({ ...unticked(schema), ...settings }),
      )
    })

    test('settings that cannot be are refused by name', async (t) => {
      const { api } = await instance(t, server)
      const settings = await server.place()
      const post = async (json: Settings): Promise<string> => {
        const answer = await api.asOperator('POST', '/admin/v1/destinations', { json: { type: id, settings: json } })
        assert.equal(answer.status, 400, answer.text)
        return answer.text
      }
      assert.match(await post({ ...settings, no_such_setting: 1 }), /no_such_setting/)
      for (const [name, schema] of Object.entries(type.settings.shape)) {
        assert.match(await post({ ...settings, [name]: [{}] }), new RegExp(`"field":"(settings\\.)?${name}`))
        if (!schema.safeParse(undefined).success) {
          const { [name]: _, ...rest } = settings
          assert.match(await post(rest), new RegExp(`"field":"(settings\\.)?${name}`))
        }
        assert.ok((schema.description ?? '').length > 0, `${name} has no description`)
      }
    })
  })

  async function instance(t: TestContext, { abilities }: Server) {
    const api = await openTestApi()
    const http = createHttp({ allowPrivate: true, userAgent: 'test' })
    t.after(async () => {
      await http.close()
      await api.dispose()
    })
    const ctx: Context = api.ctx
    ctx.destinationHttp = http
    ctx.destinationFolder = abilities?.folder
    ctx.print = abilities?.print
    await ctx.db.run('DELETE FROM destinations')
    return { api, ctx }
  }
}
