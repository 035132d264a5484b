import assert from 'node:assert/strict'
import { test } from 'node:test'
import { mapPage } from '../map-pages.ts'
import { googleHealth } from './index.ts'

const connector = googleHealth({ id: 'GOOGLE', name: 'Google Health', tagline: 'x' })

test('a page of another kind is refused by its name', () => {
  const refuse = (kind: string, payload: unknown, message: RegExp): void =>
    void assert.throws(() => mapPage(connector, kind, payload, { timeZone: null, receivedAt: 0 }), message)
  refuse('sleep', { sleep: [{ logId: 1 }] }, /^UnreadablePage: sleep: sleep/)
  refuse('steps', 'text', /no page of kind steps/)
  refuse('steps', { dataPoints: 7 }, /no page of kind steps/)
  refuse('steps', { dataPoints: [{ steps: { count: '1' } }] }, /steps: dataPoints\[0\]\.steps\.interval/)
  refuse('total-calories', { dataPoints: [{}] }, /roll-ups/)
  refuse(
    'heart-rate',
    { dataPoints: [{ heartRate: { sampleTime: { physicalTime: 'noon' }, beatsPerMinute: 'x' } }] },
    /physicalTime/,
  )
})
