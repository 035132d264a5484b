import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UnreadablePage } from './connector.ts'
import { connectorById, connectors } from './index.ts'
import { kindsOf, mapPage } from './map-pages.ts'
import { oura } from './oura/index.ts'

const input = { timeZone: null, receivedAt: Date.parse('2026-09-16T12:00:00Z') }
const readiness = { id: 'x', day: '2026-09-15', score: 84 }

test('a source is found by its id, in upper or lower case', () => {
  assert.equal(connectorById('oura'), oura)
  assert.equal(connectorById('OURA'), oura)
  assert.equal(connectorById('NOBODY'), null)
  assert.equal(new Set(connectors.map(({ id }) => id)).size, connectors.length)
})

test('a list, a bare list and one document are the same page', () => {
  const expected = [{ type: 'daily', key: { day: '2026-09-15' }, record: { scores: { recovery: 84 } } }]
  for (const payload of [{ data: [readiness], next_token: null }, [readiness], readiness]) {
    assert.deepEqual(mapPage(oura, 'daily_readiness', payload, input).mapped, expected)
  }
})

test('a kind may be spelled in lower case, as notifications do', () => {
  const page = mapPage(oura, 'vo2_max', { day: '2026-09-15', vo2_max: 44 }, input)
  assert.equal(page.kind, 'vO2_max')
  assert.ok(kindsOf(oura).includes('vO2_max'))
})

test('a kind has aliases, and separators make no difference', () => {
  const aliased = { ...oura, reads: { ...oura.reads, sleep: { ...oura.reads.sleep!, aliases: ['get_sleep', 'tag'] } } }
  assert.equal(mapPage(aliased, 'getsleep', [], input).kind, 'sleep')
  assert.equal(mapPage(aliased, 'Get-Sleep', [], input).kind, 'sleep')
  assert.equal(mapPage(aliased, 'dailySpo2', [], input).kind, 'daily_spo2')
  assert.equal(mapPage(aliased, 'tag', [], input).kind, 'tag', 'a kind of its own comes first')
})

test('a kind that does not exist is named, with those that do', () => {
  assert.throws(() => mapPage(oura, 'naps', {}, input), /OURA has no page kind naps; it has daily_activity, sleep,/)
})

const night = { id: 'n', day: '2026-09-15', bedtime_start: '2026-09-14T23:02:00+02:00' }
const unreadable: [kind: string, payload: unknown, message: RegExp][] = [
  ['sleep', 'text', /this is no page of kind sleep: expected a document, a list/],
  ['sleep', null, /this is no page of kind sleep/],
  ['sleep', { data: {} }, /^sleep: data\.id: /],
  ['sleep', { data: [{ ...night, id: 7 }] }, /^sleep: data\[0\]\.id: /],
  ['sleep', [3], /^sleep: \[0\]: /],
  ['sleep', { ...night, day: '15.09.2026' }, /^sleep: day: expected a day/],
  ['sleep', { ...night, day: '2026-02-30' }, /^sleep: day: expected a day/],
  ['sleep', { ...night, bedtime_start: 'yesterday' }, /^sleep: bedtime_start: expected a time/],
  ['sleep', { ...night, hrv: { interval: 0, items: [], timestamp: night.bedtime_start } }, /^sleep: hrv\.interval: /],
  ['sleep', { ...night, hrv: { interval: 300, items: 'x', timestamp: night.bedtime_start } }, /^sleep: hrv\.items: /],
  ['workout', { id: 'w', start_datetime: '2026-09-15T25:00:00Z' }, /^workout: start_datetime: expected a time/],
  ['heartrate', { data: [{ timestamp: 1789419720000, bpm: 52 }] }, /^heartrate: data\[0\]\.timestamp: /],
  ['daily_activity', { day: '2026-09-15', steps: '13482' }, /^daily_activity: steps: /],
]

test('what cannot be read beside others is named, and costs them nothing', () => {
  for (const [payload, place] of [
    [{ data: [night, { ...night, id: 7 }] }, 'data[1].id'],
    [[night, 3], '[1]'],
  ] as const) {
    const page = mapPage(oura, 'sleep', payload, input)
    assert.equal(page.mapped.length, mapPage(oura, 'sleep', night, input).mapped.length)
    assert.deepEqual(
      page.unreadable.map((each) => each.place),
      [place],
    )
  }
})

for (const [kind, payload, message] of unreadable) {
  test(`unreadable: ${message.source}`, () => {
    assert.throws(
      () => mapPage(oura, kind, payload, input),
      (error) => error instanceof UnreadablePage && message.test(error.message),
    )
  })
}

test('a problem is told without the value, which may be a reading', () => {
  const payload = { day: '2026-09-15', steps: '13482' }
  assert.throws(
    () => mapPage(oura, 'daily_activity', payload, input),
    (error) => error instanceof Error && !error.message.includes('13482'),
  )
})

test('what is missing is null and what is new is ignored, in every kind', () => {
  const least: Record<string, unknown> = {
    sleep: night,
    workout: { id: 'w', start_datetime: '2026-09-15T17:00:00+02:00' },
    session: { id: 's', start_datetime: '2026-09-15T17:00:00+02:00' },
    heartrate: { timestamp: '2026-09-15T17:00:00+00:00' },
    enhanced_tag: { start_day: '2026-09-15' },
    rest_mode_period: { start_day: '2026-09-15' },
    personal_info: { id: 'p' },
    ring_configuration: { id: 'r' },
    ring_battery_level: { timestamp: '2026-09-15T17:00:00+00:00' },
  }
  for (const kind of kindsOf(oura)) {
    const document = { ...(least[kind] ?? { day: '2026-09-15' }), added_in_2027: { deep: [1] } }
    const { mapped, unknown } = mapPage(oura, kind, { data: [document] }, input)
    // A row without a rate and a tag without name and text say nothing at all, and some kinds are only known.
    const says = kind !== 'tag' && kind !== 'heartrate' && oura.reads[kind]!.types.length > 0
    assert.equal(mapped.length > 0, says, kind)
    assert.deepEqual(unknown, [], kind)
    const text = JSON.stringify(mapped)
    assert.doesNotMatch(text, /added_in_2027|(?<!"upload_type"):(?:-?0|NaN)[,}]/, `${kind} makes something of nothing`)
  }
})

test('codes that no table knows are counted', () => {
  const cells = { ...night, type: 'long_sleep', time_in_bed: 1800, sleep_phase_5_min: '4999' }
  assert.deepEqual(mapPage(oura, 'sleep', cells, input).unknown, [{ table: 'sleep.phase', code: '9', count: 3 }])
})
