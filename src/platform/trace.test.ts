import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { createHttp } from './http-client.ts'
import { silentLog } from './log.ts'
import { createMetrics } from './metrics.ts'
import { exportTraces } from './trace-export.ts'
import { createTracer, type EndedSpan, readTraceparent } from './trace.ts'

test('a traceparent is read, and what is none begins a trace of its own', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736'
  const read = readTraceparent(`00-${trace}-00f067aa0ba902b7-01`)
  assert.deepEqual(read, { traceId: trace, spanId: '00f067aa0ba902b7', isKept: true })
  for (const text of ['', 'x', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, `00-${trace}-${'0'.repeat(16)}-01`]) {
    assert.equal(readTraceparent(text), null)
    const span = createTracer(1, () => {}).start('a', { parent: text })
    assert.match(span.traceparent, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  }
})

test('what begins here is kept by its share; what began elsewhere as it was decided there', () => {
  const ended: EndedSpan[] = []
  const none = createTracer(0, (span) => ended.push(span))
  const dropped = none.start('dropped')
  assert.match(dropped.traceparent, /-00$/)
  dropped.end()
  assert.equal(ended.length, 0)
  const kept = none.start('kept', { parent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' })
  kept.set({ n: 3, share: 0.5, yes: true, absent: null })
  kept.end('it failed')
  kept.end()
  assert.equal(ended.length, 1)
  assert.deepEqual(ended[0]!.status, { code: 2, message: 'it failed' })
  assert.deepEqual(ended[0]!.attributes, [
    { key: 'n', value: { intValue: '3' } },
    { key: 'share', value: { doubleValue: 0.5 } },
    { key: 'yes', value: { boolValue: true } },
  ])
  const child = createTracer(1, () => {}).start('child', { parent: dropped.traceparent })
  assert.match(child.traceparent, /-00$/, 'half a trace is no use')
  const half = createTracer(0.5, (span) => ended.push(span))
  for (let i = 0; i < 400; i++) half.start('half').end()
  assert.ok(ended.length > 100 && ended.length < 300, `${ended.length} of 400`)
})

test('a collector that refuses costs a bounded buffer and nothing else', async () => {
  let asked = 0
  const server = createServer((request, response) => {
    asked++
    request.resume()
    response.writeHead(400).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`
  const http = createHttp({ allowPrivate: true, userAgent: 'test' })
  const metrics = createMetrics()
  const scope = { name: 'test', version: '0' }
  const sending = exportTraces({ http, log: silentLog, metrics, url, headers: {}, resource: {}, scope })
  const tracer = createTracer(1, sending.add)
  for (let i = 0; i < 6000; i++) tracer.start('a').end()
  await sending.stop(5000)
  await http.close()
  server.closeAllConnections()
  server.close()
  const { values } = await metrics.traceSpans.get()
  assert.deepEqual(
    values.map(({ labels, value }) => [labels.outcome, value]),
    [['dropped', 6000]],
  )
  assert.ok(asked <= 10, `${asked} requests: what had no room was not sent`)
})
