import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ActivityType } from '../../model/enumerations.ts'
import { mapPage } from '../map-pages.ts'
import { post } from '../test-http.ts'
import { concept2 } from './index.ts'
import { notifications } from './notifications.ts'

const secrets = {
  client: { id: 'client', secret: 'secret', extra: {} },
  verificationToken: 'the-key',
  now: 0,
  send: () => assert.fail('nothing has to be asked'),
}

function sample(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./samples/notifications/${name}.json`, import.meta.url), 'utf8'))
}

test('only who knows the key in the address is believed', () => {
  assert.equal(notifications.unsigned, true)
  const body = sample('result-added')
  assert.equal(notifications.verify(post(body, {}, { key: 'the-key' }), secrets), true)
  assert.equal(notifications.verify(post(body), secrets), false)
  for (const key of ['', 'the-kez', 'the-key2']) {
    assert.equal(notifications.verify(post(body, {}, { key }), secrets), false)
  }
})

test('what it carries is read again from the logbook; a deletion names the result alone', () => {
  const changed = [{ what: 'changed', providerUserId: '1204412', kind: 'results', wanted: { object: '88123401' } }]
  assert.deepEqual(notifications.parse(post(sample('result-added'))), changed)
  assert.deepEqual(notifications.parse(post(sample('result-updated'))), changed)
  assert.deepEqual(notifications.parse(post(sample('result-deleted'))), [
    { what: 'gone', providerUserId: null, gone: { type: 'activity', id: '88123401' } },
  ])
  assert.deepEqual(notifications.parse(post({ data: { type: 'challenge-won' } })), [])
})

test('what cannot be read throws', () => {
  const bodies = ['', '[]', '{}', '{"data":{"type":"result-deleted"}}', '{"data":{"type":"result-added","result":{}}}']
  for (const body of [...bodies, '{"data":{"type":"result-updated"}}']) {
    assert.throws(() => notifications.parse(post(body)), body)
  }
})

test('a machine that nobody knows is counted, and none is not', () => {
  const input = { timeZone: null, receivedAt: 0 }
  const typeOf = (type: string | null) => {
    const { mapped, unknown } = mapPage(concept2, 'result', { id: 1, date: '2026-09-15 10:00:00', type }, input)
    const [part] = mapped
    assert.ok(part?.type === 'activity')
    return [part.record?.metadata?.type, unknown.length]
  }
  assert.deepEqual(typeOf('constructor'), [ActivityType.Unknown, 1])
  assert.deepEqual(typeOf(null), [ActivityType.Unknown, 0])
})
