import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NoTcx, readTcx } from './read.ts'

const file = (text: string): Uint8Array => new TextEncoder().encode(text)
const point = (second: string, more = ''): string =>
  `<Trackpoint><Time>2026-09-15T17:42:${second}+02:00</Time>${more}</Trackpoint>`
const activity = (inside: string): string =>
  `<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity Sport="Running"><Id>2026-09-15T17:42:10.000+02:00</Id>${inside}</Activity></Activities></TrainingCenterDatabase>`

test('laps, points, and their offsets', () => {
  const place = '<Position><LatitudeDegrees>52.5</LatitudeDegrees><LongitudeDegrees>-13.3</LongitudeDegrees></Position>'
  const [run] = readTcx(
    file(
      `\n  ${activity(
        `<Lap StartTime="2026-09-15T17:42:10+02:00"><TotalTimeSeconds>60.5</TotalTimeSeconds><DistanceMeters>200</DistanceMeters><Calories>12</Calories><Track>${point('10', `${place}<AltitudeMeters>34</AltitudeMeters><DistanceMeters>0</DistanceMeters><HeartRateBpm><Value>100</Value></HeartRateBpm>`)}${point('40')}</Track></Lap>`,
      )}`,
    ),
  )
  assert.equal(run!.sport, 'Running')
  assert.equal(run!.startAt, Date.parse('2026-09-15T15:42:10Z'))
  assert.equal(run!.offsetMinutes, 120)
  assert.deepEqual(run!.laps, [
    { startAt: Date.parse('2026-09-15T15:42:10Z'), timerSeconds: 60.5, distanceMeters: 200, kcal: 12 },
  ])
  assert.equal(run!.points.length, 2)
  const { latitude, longitude, altitudeMeters, distanceMeters, bpm, watts } = run!.points[0]!
  assert.deepEqual([latitude, longitude, altitudeMeters, distanceMeters, bpm, watts], [52.5, -13.3, 34, 0, 100, null])
})

test('prefixes, extensions, comments, several tracks of one lap, and a time without offset', () => {
  const extension =
    '<x:Extensions><ns3:TPX xmlns:ns3="y"><ns3:Speed>2.8</ns3:Speed><ns3:RunCadence>81</ns3:RunCadence><ns3:Watts>210</ns3:Watts></ns3:TPX></x:Extensions>'
  const text =
    activity(`<Lap><Track><!-- a --><Trackpoint><Time>2026-09-15T15:42:10</Time>${extension}</Trackpoint></Track>
    <Track>${point('40')}</Track></Lap>`)
  const [run] = readTcx(file(text.replaceAll('<Activity ', '<a:Activity ').replaceAll('</Activity>', '</a:Activity>')))
  assert.equal(run!.points[0]!.at, Date.parse('2026-09-15T15:42:10Z'))
  assert.equal(run!.points[0]!.offsetMinutes, null)
  assert.deepEqual(
    [run!.points[0]!.speedMetersPerSecond, run!.points[0]!.cadence, run!.points[0]!.watts],
    [2.8, 81, 210],
  )
  assert.equal(run!.points.length, 2)
})

test('points without a time and numbers that are none are left out', () => {
  const [run] = readTcx(
    file(
      activity(
        `<Lap><Calories>x</Calories><Track><Trackpoint><AltitudeMeters>3</AltitudeMeters></Trackpoint>${point('10', '<AltitudeMeters></AltitudeMeters>')}</Track></Lap>`,
      ),
    ),
  )
  assert.equal(run!.laps[0]!.kcal, null)
  assert.deepEqual(
    run!.points.map(({ altitudeMeters }) => altitudeMeters),
    [null],
  )
})

test('what is no activity says what is expected', () => {
  const course = '<TrainingCenterDatabase><Courses><Course><Name>x</Name></Course></Courses></TrainingCenterDatabase>'
  for (const [text, message] of [
    ['{"a":1}', /an XML file/],
    ['<gpx></gpx>', /TrainingCenterDatabase/],
    [course, /not a course/],
    ['<TrainingCenterDatabase/>', /an activity with a time/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><TrainingCenterDatabase/>', /an XML file|document type/],
  ] as const) {
    assert.throws(
      () => readTcx(file(text)),
      (error: unknown) => error instanceof NoTcx && message.test(error.message),
    )
  }
})
