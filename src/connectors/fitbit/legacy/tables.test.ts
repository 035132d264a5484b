// Every name of an activity that Fitbit's old API is known to give, and ids where there is no name.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActivityType } from '../../../model/enumerations.ts'
import { mapPage } from '../../map-pages.ts'
import activityTypes from './activity_types.json' with { type: 'json' }
import { legacy } from './index.ts'

const input = { timeZone: 'Europe/Berlin', receivedAt: 0 }
const map = (log: object) =>
  mapPage(
    legacy,
    'activity_log_list',
    { activities: [{ logId: 1, startTime: '2026-09-15T17:42:10.000+02:00', ...log }] },
    input,
  )

test('every name and every id', () => {
  const known = new Set<number>(Object.values(ActivityType))
  const codes = Object.entries(activityTypes.map)
  assert.ok(codes.length > 80)
  for (const [name, { terra }] of codes) {
    const id = /^id:(\d+)$/.exec(name)?.[1]
    const spelled = name.slice(0, 1).toUpperCase() + name.slice(1)
    const { mapped, unknown } = map(id === undefined ? { activityName: spelled } : { activityTypeId: Number(id) })
    assert.ok(mapped[0]!.type === 'activity' && mapped[0]!.record!.metadata!.type === terra, name)
    assert.ok(known.has(terra), name)
    assert.deepEqual(unknown, [], name)
  }
})

test('the name wins over the id; a name that no table knows is another activity, and told', () => {
  const both = map({ activityName: 'Yoga', activityTypeId: 90009 }).mapped[0]!
  assert.ok(both.type === 'activity' && both.record!.metadata!.type === ActivityType.Yoga)
  const { mapped, unknown } = map({ activityName: 'Quidditch' })
  assert.ok(mapped[0]!.type === 'activity' && mapped[0]!.record!.metadata!.type === ActivityType.Other)
  assert.deepEqual(unknown, [{ table: 'activityName', code: 'Quidditch', count: 1 }])
})

test('every meal and classification', () => {
  for (const mealTypeId of [1, 2, 3, 4, 5, 7]) {
    const page = { foods: [{ logId: 1, logDate: '2026-09-15', loggedFood: { mealTypeId } }], summary: {} }
    assert.deepEqual(mapPage(legacy, 'food_log', page, input).unknown, [])
  }
  const classes = [
    'Normal Sinus Rhythm',
    'Atrial Fibrillation',
    'Inconclusive',
    'Inconclusive: Low heart rate',
    'Unreadable',
  ]
  for (const resultClassification of classes) {
    const page = { ecgReadings: [{ startTime: '2026-09-15T09:41:16.750', resultClassification }] }
    assert.deepEqual(mapPage(legacy, 'ecg', page, input).unknown, [], resultClassification)
  }
})
