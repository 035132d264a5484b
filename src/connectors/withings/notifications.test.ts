import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { NotificationRequest } from '../connector.ts'
import { notifications } from './notifications.ts'

const USER = '41873320'

function request(body: string, more: Partial<NotificationRequest> = {}): NotificationRequest {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return { method: 'POST', headers, query: {}, body: Buffer.from(body), ...more }
}

function sample(name: string): NotificationRequest {
  const file = new URL(`samples/notifications/${name}.json`, import.meta.url)
  return request((JSON.parse(readFileSync(file, 'utf8')) as { raw_body: string }).raw_body)
}

const changed = (kind: string, hint: Record<string, string>) => ({
  what: 'changed',
  providerUserId: USER,
  kind,
  wanted: { hint },
})
const span = (startdate: string, enddate: string) => ({ startdate, enddate })

const announced: [name: string, changes: object[]][] = [
  ['appli1-weight', [changed('measure', span('1789449511', '1789449512'))]],
  ['appli2-temperature', [changed('measure', span('1789452720', '1789452721'))]],
  ['appli4-blood-pressure', ['measure', 'heart_list'].map((kind) => changed(kind, span('1789495272', '1789495333')))],
  ['appli16-activity', ['activity', 'intraday', 'workouts'].map((kind) => changed(kind, { date: '2026-09-15' }))],
  ['appli44-sleep', [changed('sleep_summary', span('1789419720', '1789447620'))]],
  ['appli46-user-delete', [{ what: 'revoked', providerUserId: USER }]],
  ['appli46-user-unlink', [{ what: 'revoked', providerUserId: USER }]],
  ['appli46-user-update', []],
  ['appli50-bed-in', []],
  ['appli51-bed-out', []],
  ['appli54-ecg', ['heart_list', 'heart'].map((kind) => changed(kind, span('1789456811', '1789456841')))],
]

for (const [name, changes] of announced) {
  test(`a notification is a hint what to read: ${name}`, () => {
    assert.deepEqual(notifications.parse(sample(name)), changes)
  })
}

test('what cannot be read is kept: it throws and names the field', () => {
  for (const [body, problem] of [
    ['appli=1&startdate=1&enddate=2', /userid/],
    [`userid=x&appli=1&startdate=1&enddate=2`, /userid/],
    [`userid=${USER}&startdate=1&enddate=2`, /appli/],
    [`userid=${USER}&appli=1`, /startdate/],
    [`userid=${USER}&appli=16&date=2026-02-30`, /date/],
    [`userid=${USER}&appli=44&startdate=-1&enddate=nan`, /startdate/],
    ['', /userid/],
  ] as const) {
    assert.throws(() => notifications.parse(request(body)), problem, body)
  }
  assert.deepEqual(notifications.parse(request(`userid=${USER}&appli=999&startdate=1&enddate=2`)), [])
})

test('the probe is answered with 200, whoever sends it; a message is none', () => {
  const secrets = {
    client: { id: 'x', secret: 'y', extra: {} },
    verificationToken: 'a key',
    now: 0,
    send: () => assert.fail('nothing has to be asked'),
  }
  for (const method of ['HEAD', 'GET']) {
    assert.deepEqual(notifications.handshake!(request('', { method }), secrets), { status: 200, body: '' })
  }
  assert.equal(notifications.handshake!(request('userid=1'), secrets), null)
  assert.equal(notifications.verify(request('', { query: { key: 'a key' } }), secrets), true)
  assert.equal(notifications.verify(request('', { query: { key: 'a kez' } }), secrets), false)
  assert.equal(notifications.verify(request(''), secrets), false)
})
