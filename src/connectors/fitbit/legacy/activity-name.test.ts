import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ActivityType } from '../../../model/enumerations.ts'
import { mapPage } from '../../map-pages.ts'
import { legacy } from './index.ts'

const input = { timeZone: 'Europe/Berlin', receivedAt: 0 }
const map = (log: object) =>
  mapPage(
    legacy,
    'activity_log_list',
    { activities: [{ logId: 1, startTime: '2026-09-15T17:42:10.000+02:00', ...log }] },
    input,
  )

test('the name wins over the id; a name that no table knows is another activity, and told', () => {
  const both = map({ activityName: 'Yoga', activityTypeId: 90009 }).mapped[0]!
  assert.ok(both.type === 'activity' && both.record!.metadata!.type === ActivityType.Yoga)
  const { mapped, unknown } = map({ activityName: 'Quidditch' })
  assert.ok(mapped[0]!.type === 'activity' && mapped[0]!.record!.metadata!.type === ActivityType.Other)
  assert.deepEqual(unknown, [{ table: 'activityName', code: 'Quidditch', count: 1 }])
})
