import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { activitiesOf } from '../fit/activity.ts'
import { readFit } from '../fit/read.ts'
import { readTcx } from '../tcx/read.ts'
import { activityOf } from '../track/activity.ts'
import { UnreadableRecording } from '../track/recording.ts'
import { readGpx } from './read.ts'
import { climbOf, metersBetween } from './route.ts'
import activityTypes from './activity_types.json' with { type: 'json' }
import { sportOf } from './sports.ts'

const nothing = (): void => undefined
const read = (text: string) => readGpx(new TextEncoder().encode(text), nothing)
const bytesOf = (name: string) => readFileSync(new URL(`./samples/${name}.gpx`, import.meta.url))
const gpx = (inside: string): string => `<?xml version="1.0"?><gpx version="1.1"><trk>${inside}</trk></gpx>`
/** A thousandth of a degree of latitude is 111.195 m. */
const point = (latitude: number, time: string | null, more = ''): string =>
  `<trkpt lat="${latitude}" lon="10">${time === null ? '' : `<time>${time}</time>`}${more}</trkpt>`

test('how far, how fast, how high follows from the points', () => {
  const walk = read(
    gpx(`<name>Up &amp; down</name><type>walking</type><trkseg>
      ${point(50, '2026-05-04T08:00:00Z', '<ele>100</ele>')}
      ${point(50.001, '2026-05-04T08:01:00Z', '<ele>102</ele>')}
      ${point(50.002, '2026-05-04T08:02:00.500Z', '<ele>110</ele>')}
      ${point(50.002, '2026-05-04T08:03:00Z', '<ele>104</ele>')}</trkseg>`),
  )
  assert.deepEqual([walk.name, walk.type], ['Up & down', 7])
  assert.deepEqual(
    walk.points.map(({ distanceMeters, speed }) => [distanceMeters, speed]),
    [
      [0, null],
      [111.2, 1.853],
      [222.39, 1.838],
      [222.39, 0],
    ],
  )
  const { timerSeconds, distanceMeters, avgSpeed, ascentMeters, descentMeters, avgHr } = walk.totals
  assert.deepEqual(
    [timerSeconds, distanceMeters, avgSpeed, ascentMeters, descentMeters, avgHr],
    [180, 222.39, 1.235, 10, 6, null],
  )
})

test('between segments nothing was recorded: neither way nor time', () => {
  const ride = read(
    `<gpx><trk><type>1</type><trkseg/><trkseg>${point(50, '2026-05-04T08:00:00Z')}${point(50.001, '2026-05-04T08:00:10Z')}</trkseg></trk>
     <trk><trkseg>${point(50.1, '2026-05-04T08:05:00Z')}${point(50.101, '2026-05-04T08:05:20Z')}</trkseg></trk></gpx>`,
  )
  assert.deepEqual([ride.type, ride.totals.timerSeconds, ride.totals.distanceMeters], [1, 30, 222.39])
  assert.equal(ride.points[2]!.speed, null)
  const { active_durations_data: spent, position_data: route } = activityOf(ride, 'Europe/Berlin')
  assert.deepEqual([spent!.activity_seconds, spent!.rest_seconds], [30, 290])
  assert.deepEqual(
    route!.position_samples!.map((each) => [each.timestamp!.slice(11, 19), each.timer_duration_seconds]),
    [
      ['10:00:00', 0],
      ['10:00:10', 10],
      ['10:05:00', 10],
      ['10:05:20', 30],
    ],
  )
})

test('GPX 1.0, offsets, a time without one, points without a time, times that come twice', () => {
  const old = read(
    `<gpx version="1.0"><trk><trkseg>${point(50, '2026-05-04T10:00:00+02:00', '<speed>2.5</speed><course>3</course>')}${point(50.0005, null)}
     ${point(50.001, '2026-05-04T08:01:00', '<speed>2</speed>')}${point(50.001, '2026-05-04T08:01:00Z')}</trkseg></trk></gpx>`,
  )
  assert.equal(old.offsetMinutes, 120)
  assert.deepEqual(
    old.points.map(({ at, speed }) => [new Date(at).toISOString().slice(11, 19), speed]),
    [
      ['08:00:00', 2.5],
      ['08:01:00', 2],
    ],
  )
  assert.deepEqual(
    old.places.map(({ at }) => at !== null),
    [true, false, true, true],
  )
  assert.equal(old.type, null)
})

test('what extensions hold: heart, cadence of one leg, power in either spelling', () => {
  const extended = (type: string, inside: string) =>
    read(
      gpx(
        `<type>${type}</type><trkseg>${point(50, '2026-05-04T08:00:00Z', `<extensions>${inside}</extensions>`)}</trkseg>`,
      ),
    ).points[0]!
  const run = extended('Trail Run', '<g:TrackPointExtension><g:hr>140</g:hr><g:cad>85</g:cad></g:TrackPointExtension>')
  assert.deepEqual([run.bpm, run.cadence, run.watts], [140, 170, null])
  const ride = extended('cycling', '<power>210</power><cad>85</cad><hr>0</hr>')
  assert.deepEqual([ride.bpm, ride.cadence, ride.watts], [null, 85, 210])
  assert.equal(extended('cycling', '<pwr:PowerInWatts>0</pwr:PowerInWatts>').watts, 0)
})

test('one run in three formats: the same bounds, pause, heart and way', () => {
  const context = { timeZone: null, unknown: nothing }
  const fit = activitiesOf(
    readFit(readFileSync(new URL('../fit/samples/activity_run.fit', import.meta.url)))[0]!,
    context,
  )[0]!
  const tcxBytes = readFileSync(new URL('../tcx/samples/activity_run.tcx', import.meta.url))
  const others = [
    activityOf(readTcx(tcxBytes, nothing)[0]!, 'Europe/Helsinki'),
    activityOf(readGpx(bytesOf('activity_run'), nothing), 'Europe/Helsinki'),
  ]
  for (const run of others) {
    assert.equal(run.metadata!.start_time, fit.metadata!.start_time)
    assert.equal(run.metadata!.end_time, fit.metadata!.end_time)
    assert.equal(run.metadata!.type, fit.metadata!.type)
    assert.equal(run.active_durations_data!.activity_seconds, 3000)
    assert.equal(run.active_durations_data!.rest_seconds, 60)
    // Straight from point to point, of which GPX has one every half minute: curves are cut.
    const [far, whole] = [run, fit].map((each) => each.distance_data!.summary!.distance_meters!)
    assert.ok(Math.abs(far! / whole! - 1) < 0.005, `${far} of ${whole} m`)
    const beats = new Map(fit.heart_rate_data!.detailed!.hr_samples!.map((each) => [each.timestamp, each]))
    for (const { timestamp, bpm, timer_duration_seconds: ran } of run.heart_rate_data!.detailed!.hr_samples!) {
      const same = beats.get(timestamp)
      if (same === undefined) continue
      // This TCX file has the pause in its totals alone: when it was, nobody can tell.
      assert.deepEqual([bpm, ran], [same.bpm, run === others[0] ? null : same.timer_duration_seconds], timestamp!)
    }
  }
})

test('what is no recorded workout says what is expected', () => {
  for (const [text, message] of [
    [bytesOf('route_no_time').toString(), /points have a time/],
    ['<gpx><rte><rtept lat="1" lon="2"/></rte></gpx>', /not a route/],
    ['<gpx><wpt lat="1" lon="2"><time>2026-05-04T08:00:00Z</time></wpt></gpx>', /not a route or waypoints/],
    ['<gpx/>', /points have a time/],
    ['<kml/>', /XML file with gpx/],
    ['<!DOCTYPE a []><gpx/>', /document type/],
  ] as const) {
    assert.throws(
      () => read(text),
      (error: unknown) => error instanceof UnreadableRecording && message.test(error.message),
      text.slice(0, 60),
    )
  }
})

test('every name of a sport has its type; what nobody knows is other, and counted without its words', () => {
  for (const [sport, kinds] of Object.entries(activityTypes.map)) {
    assert.equal(sportOf(sport, assert.fail)!.type, (kinds as { default: number }).default, sport)
    for (const [kind, type] of Object.entries(kinds)) {
      if (kind !== 'default') assert.equal(sportOf(`${kind} ${sport}`, assert.fail)!.type, type, kind)
    }
  }
  for (const [words, type] of [
    ['9', 8],
    ['MountainBikeRide', 15],
    ['mountain_biking', 15],
    ['Open Water Swim', 84],
    ['trail_running', 149],
    ['Virtual Ride', 18],
  ] as const) {
    assert.equal(sportOf(words, nothing)!.type, type, words)
  }
  const codes: string[] = []
  assert.equal(sportOf('With Ana to the lake', (table, code) => codes.push(`${table}: ${code}`))!.type, 108)
  assert.equal(sportOf('4711', (table, code) => codes.push(`${table}: ${code}`))!.type, 108)
  assert.deepEqual(codes, ['gpx_type: own word', 'gpx_type: own word'])
  assert.equal(sportOf(' ', assert.fail), null)
})

test('distances on the earth, and rises that are no noise', () => {
  assert.equal(Math.round(metersBetween([0, 0], [0, 1])), 111_195)
  assert.equal(Math.round(metersBetween([0, 179.5], [0, -179.5])), 111_195)
  assert.deepEqual(climbOf([100, 101, 102, 101, 100]), { ascentMeters: 0, descentMeters: 0 })
  assert.deepEqual(climbOf([]), { ascentMeters: null, descentMeters: null })
})
