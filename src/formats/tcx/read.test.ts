import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { UnreadableRecording } from '../track/recording.ts'
import { readTcx } from './read.ts'

const file = (text: string): Uint8Array => new TextEncoder().encode(text)
const nothing = (): void => undefined
const read = (text: string) => readTcx(file(text), nothing)
const sample = (name: string) => readTcx(readFileSync(new URL(`./samples/${name}.tcx`, import.meta.url)), nothing)
const point = (second: string, more = ''): string =>
  `<Trackpoint><Time>2026-09-15T17:42:${second}+02:00</Time>${more}</Trackpoint>`
const activity = (inside: string, sport = 'Running'): string =>
  `<?xml version="1.0"?><TrainingCenterDatabase><Activities><Activity Sport="${sport}"><Id>2026-09-15T17:42:10.000+02:00</Id>${inside}</Activity></Activities></TrainingCenterDatabase>`
const START = Date.parse('2026-09-15T15:42:10Z')

test('laps, points, and their offsets', () => {
  const place = '<Position><LatitudeDegrees>52.5</LatitudeDegrees><LongitudeDegrees>-13.3</LongitudeDegrees></Position>'
  const [run] = read(
    `\n  ${activity(
      `<Lap StartTime="2026-09-15T17:42:10+02:00"><TotalTimeSeconds>60.5</TotalTimeSeconds><DistanceMeters>200</DistanceMeters><Calories>12</Calories><TriggerMethod>Distance</TriggerMethod><Track>${point('10', `${place}<AltitudeMeters>34</AltitudeMeters><DistanceMeters>0</DistanceMeters><HeartRateBpm><Value>100</Value></HeartRateBpm>`)}${point('40')}</Track></Lap>`,
    )}`,
  )
  assert.deepEqual([run!.type, run!.startAt, run!.offsetMinutes], [8, START, 120])
  const [lap] = run!.laps
  assert.deepEqual(
    [lap!.startAt, lap!.endAt, lap!.timerSeconds, lap!.distanceMeters, lap!.kcal, lap!.trigger],
    [START, START + 60_500, 60.5, 200, 12, 'DISTANCE'],
  )
  assert.equal(run!.points.length, 2)
  const { position, altitudeMeters, distanceMeters, bpm, watts } = run!.points[0]!
  assert.deepEqual([position, altitudeMeters, distanceMeters, bpm, watts], [[52.5, -13.3], 34, 0, 100, null])
  assert.equal(run!.endAt, START + 60_500)
})

test('prefixes, extensions, comments, a pause between the tracks of a lap, and a time without offset', () => {
  const extension =
    '<x:Extensions><ns3:TPX xmlns:ns3="y"><ns3:Speed>2.8</ns3:Speed><ns3:RunCadence>81</ns3:RunCadence><ns3:Watts>210</ns3:Watts></ns3:TPX></x:Extensions>'
  const text =
    activity(`<Lap><Track><!-- a --><Trackpoint><Time>2026-09-15T15:42:10</Time>${extension}</Trackpoint></Track>
    <Track>${point('40')}</Track></Lap>`)
  const [run] = read(text.replaceAll('<Activity ', '<a:Activity ').replaceAll('</Activity>', '</a:Activity>'))
  const [first, second] = run!.points
  assert.equal(first!.at, START)
  assert.deepEqual([first!.speed, first!.cadence, first!.watts], [2.8, 162, 210], 'TCX counts the strides of one leg')
  assert.equal(second!.at, START + 30_000)
  assert.deepEqual(run!.timer, [
    { at: START, running: false },
    { at: START + 30_000, running: true },
  ])
})

test('turns of the pedals are no strides; an unknown sport is other, and counted', () => {
  const lap = `<Lap><Track>${point('10', '<Cadence>84</Cadence>')}</Track></Lap>`
  const codes: string[] = []
  const of = (sport: string) => readTcx(file(activity(lap, sport)), (table, code) => codes.push(`${table} ${code}`))[0]!
  assert.deepEqual([of('Biking').type, of('Biking').points[0]!.cadence], [1, 84])
  assert.deepEqual([of('Running').points[0]!.cadence, of('Other').type], [168, 108])
  assert.deepEqual([of('Swimming').type, codes], [108, ['tcx_sport Swimming']])
})

test('points without a time and numbers that are none are left out; zero beats are none', () => {
  const [run] = read(
    activity(
      `<Lap><Calories>x</Calories><Track><Trackpoint><AltitudeMeters>3</AltitudeMeters></Trackpoint>${point('10', '<AltitudeMeters></AltitudeMeters><HeartRateBpm><Value>0</Value></HeartRateBpm>')}</Track></Lap>`,
    ),
  )
  assert.equal(run!.laps[0]!.kcal, null)
  assert.deepEqual(
    run!.points.map(({ altitudeMeters, bpm }) => [altitudeMeters, bpm]),
    [[null, null]],
  )
})

test('totals are what every lap says: sums, the highest, means by time', () => {
  const lap = (at: string, seconds: number, more: string): string =>
    `<Lap StartTime="2026-09-15T15:${at}Z"><TotalTimeSeconds>${seconds}</TotalTimeSeconds>${more}</Lap>`
  const heart = (mean: number, most: number): string =>
    `<AverageHeartRateBpm><Value>${mean}</Value></AverageHeartRateBpm><MaximumHeartRateBpm><Value>${most}</Value></MaximumHeartRateBpm>`
  const watts = '<Extensions><LX><AvgWatts>200</AvgWatts></LX></Extensions>'
  const [run] = read(
    activity(
      lap('42:10', 60, `<Calories>10</Calories>${heart(120, 150)}${watts}`) +
        lap('43:40', 180, `<Calories>30</Calories>${heart(160, 170)}`),
    ),
  )
  const { timerSeconds, kcal, avgHr, maxHr, avgWatts, distanceMeters } = run!.totals
  assert.deepEqual([timerSeconds, kcal, avgHr, maxHr], [240, 40, 150, 170])
  assert.deepEqual([avgWatts, distanceMeters], [null, null], 'one lap does not say it')
  assert.equal(run!.laps[0]!.endAt, START + 60_000, 'the pause between two laps is in neither')
})

test('what watches wrote: a run with a pause, a ride with power, a treadmill without heart or places', () => {
  const [run] = sample('activity_run')
  assert.equal(new Date(run!.startAt).toISOString(), '2026-05-04T14:30:00.000Z')
  assert.equal(new Date(run!.endAt).toISOString(), '2026-05-04T15:21:00.000Z')
  assert.equal(run!.totals.timerSeconds, 3000)
  assert.ok(run!.places.length > 80)
  const [ride] = sample('activity_ride_power')
  assert.equal(ride!.type, 1)
  assert.ok(ride!.points.every(({ watts, cadence }) => watts !== null && cadence !== null))
  const [treadmill] = sample('activity_treadmill_no_gps_no_hr')
  assert.deepEqual([treadmill!.places, treadmill!.points.some(({ bpm }) => bpm !== null)], [[], false])
  assert.deepEqual(treadmill!.device, { name: 'Example Watch', serial: '123456789', software: '2.10' })
  assert.deepEqual([treadmill!.totals.avgSpeed, treadmill!.totals.avgCadence], [2.94, 168])
})

test('a file that was cut gives what is whole in it', () => {
  const whole = readFileSync(new URL('./samples/activity_run.tcx', import.meta.url))
  const [run] = readTcx(whole.subarray(0, whole.length / 2), nothing)
  assert.ok(run!.points.length > 20)
})

test('what is no activity says what is expected', () => {
  const course = readFileSync(new URL('./samples/course.tcx', import.meta.url), 'utf8')
  for (const [text, message] of [
    ['{"a":1}', /an XML file/],
    ['<gpx></gpx>', /TrainingCenterDatabase/],
    [course, /not a course/],
    ['<TrainingCenterDatabase/>', /an activity with a time/],
    ['<!DOCTYPE a [<!ENTITY b "c">]><TrainingCenterDatabase/>', /document type/],
  ] as const) {
    assert.throws(
      () => read(text),
      (error: unknown) => error instanceof UnreadableRecording && message.test(error.message),
    )
  }
})
