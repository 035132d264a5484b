import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { suite, test } from 'node:test'
import { stdout, StdoutSettings } from '../../src/destinations/stdout/index.ts'
import { printer } from '../../src/platform/stdout.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testWorld, until } from './events.ts'

const NOW = { signingSecrets: [], timeoutMs: 200 }

destinationSuite('stdout', {
  networked: false,
  onePlace: true,
  idempotent: false,
  missing: () => null,
  wrongCredentials: null,
  async start() {
    let text = ''
    const stream = new PassThrough()
    stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    return {
      abilities: { print: printer(stream) },
      async place() {
        text = ''
        return { line: 'envelope' }
      },
      async read() {
        const lines = text.split('\n').slice(0, -1)
        return lines.map((line) => ({
          id: (JSON.parse(line) as { event_id: string }).event_id,
          body: line.slice(line.indexOf(',"event":') + 9, -1),
        }))
      },
      at: (settings) => settings,
      kill: async () => undefined,
      restart: async () => undefined,
      stop: async () => undefined,
    }
  },
})

suite('what only the standard output has', () => {
  test('nobody reads, or it is closed: the event waits', async (t) => {
    const world = testWorld(t, { allowPrivate: true })
    const settings = StdoutSettings.parse({})
    // Nothing reads it, so what fills its buffer stays there.
    const full = new PassThrough({ writableHighWaterMark: 10, readableHighWaterMark: 10 })
    const slow = stdout.open(settings, { ...world, print: printer(full) })
    const event = testEvent(0, undefined, 100_000)
    const results = [
      ...(await slow.send([event], { signingSecrets: [], timeoutMs: 200 })),
      ...(await slow.send([event], { signingSecrets: [], timeoutMs: 200 })),
    ]
    assert.match(JSON.stringify(results.at(-1)), /"retry".*nobody reads/)
    // What waits for a reader does not grow with each attempt.
    const waiting = full.writableLength
    for (let tries = 0; tries < 5; tries++) {
      const [again] = await slow.send([event], { signingSecrets: [], timeoutMs: 50 })
      assert.match(JSON.stringify(again), /"retry".*nobody reads/)
    }
    assert.equal(full.writableLength, waiting)
    // When somebody reads again, it goes on.
    full.resume()
    await until('it is taken again', async () => (await slow.send([event], NOW))[0]!.next === 'delivered')
    full.destroy()
    const closed = stdout.open(settings, { ...world, print: printer(full) })
    assert.match(
      JSON.stringify(await closed.send([event], { signingSecrets: [], timeoutMs: 200 })),
      /"retry".*is closed/,
    )
    await Promise.all([slow.close(), closed.close()])
  })
})
