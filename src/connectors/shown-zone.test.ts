import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connectorById } from './index.ts'
import { knownZone, shownZone } from './shown-zone.ts'

const fitbit = connectorById('FITBIT')!
const legacy = fitbit.variants!.legacy!

test('what a page calls a zone is one, or none is shown', () => {
  const profile = (timezone: unknown) => shownZone(legacy, 'profile', { user: { encodedId: 'x', timezone } })
  assert.equal(profile('Europe/Berlin'), 'Europe/Berlin')
  assert.equal(profile('Middle/Earth'), null)
  assert.equal(profile(''), null)
  const user = { encodedId: 'x', timezone: 'Middle/Earth', offsetFromUTCMillis: -9_000_000 }
  assert.equal(shownZone(legacy, 'profile', { user }), '-02:30')
  assert.equal(shownZone(fitbit, 'settings', { timeZone: 'Middle/Earth' }), null)
  assert.equal(shownZone(fitbit, 'settings', { timeZone: '', utcOffset: '-3600s' }), '-01:00')
  assert.equal(shownZone(fitbit, 'settings', { utcOffset: '7200s' }), '+02:00')
  assert.equal(shownZone(legacy, 'profile', null), null)
  assert.equal(knownZone('+02:00'), '+02:00')
  assert.equal(knownZone('+0200'), null)
})
