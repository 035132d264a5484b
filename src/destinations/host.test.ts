import assert from 'node:assert/strict'
import { test } from 'node:test'
import { destinationTypes } from './index.ts'
import { hostSetting } from './host.ts'

test('a host is a name or an address alone', () => {
  for (const host of ['db', 'db.example.com.', 'my_db', '10.0.0.1', '::1', 'fe80::1', '::ffff:10.0.0.1']) {
    assert.equal(hostSetting.parse(` ${host} `), host)
  }
  assert.equal(hostSetting.parse(' [::1] '), '::1')
  for (const host of ['', 'http://db', 'db:5432', '10.0.0.1:5432', '[::1]:5432', 'a b', 'db/health', 'me@db', 'a,b']) {
    assert.equal(hostSetting.safeParse(host).success, false, host)
  }
})

test('no event is too large for what sends pointers alone', () => {
  for (const type of destinationTypes.filter((each) => 'message' in each.settings.shape)) {
    assert.equal(type.pointsOnly?.({ message: 'pointer' }), true, type.id)
  }
})
