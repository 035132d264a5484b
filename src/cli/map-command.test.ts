import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, describe, test } from 'node:test'
import { oura } from '../connectors/oura/index.ts'
import type { DataType } from '../model/data-type.ts'
import { recordSchemas } from '../model/records.ts'
import { type Cli, openCli } from './test-cli.ts'

const SAMPLES = fileURLToPath(new URL('../connectors/oura/samples/', import.meta.url))
const NIGHT = join(SAMPLES, 'sleep/night-across-midnight-and-late-nap.input.json')
const UNKNOWN = join(SAMPLES, 'workout/unknown-activity-and-source.input.json')

interface Printed {
  type: DataType
  record: { metadata: { summary_id: string; start_time: string; type?: number } }
}

let cli: Cli
before(() => {
  cli = openCli()
})
after(() => cli.dispose())

const printed = (stdout: string): Printed[] => JSON.parse(stdout) as Printed[]

describe('map', () => {
  test('prints whole records, from a file and from standard input alike', async () => {
    const [file, dash, bare] = await Promise.all([
      cli.run(['map', 'OURA', 'sleep', NIGHT]),
      cli.run(['map', 'oura', 'sleep', '-'], { stdin: readFileSync(NIGHT, 'utf8') }),
      cli.run(['map', 'OURA', 'sleep'], { stdin: readFileSync(NIGHT, 'utf8') }),
    ])
    assert.equal(file.code, 0, file.stderr)
    assert.deepEqual([dash.stdout, bare.stdout], [file.stdout, file.stdout])
    const records = printed(file.stdout)
    assert.deepEqual(
      records.map(({ type }) => type),
      ['sleep', 'sleep', 'daily'],
    )
    for (const { type, record } of records) recordSchemas[type].strict().parse(record)
  })

  test('makes ids for the user, and times of the zone', async () => {
    const user = '5b0f2a51-7f0c-4c4e-9a4e-6e8f0f3a2b10'
    const [mine, nobodys] = await Promise.all([
      cli.run(['map', 'OURA', 'sleep', NIGHT, '--user', user]),
      cli.run(['map', 'OURA', 'sleep', NIGHT]),
    ])
    const id = (stdout: string): string => printed(stdout)[0]!.record.metadata.summary_id
    assert.notEqual(id(mine.stdout), id(nobodys.stdout))
    const day = join(SAMPLES, 'daily_sleep/score-stamped-midnight-utc.input.json')
    const tokyo = await cli.run(['map', 'OURA', 'daily_sleep', day, '--timezone', 'Asia/Tokyo'])
    assert.match(printed(tokyo.stdout)[0]!.record.metadata.start_time, /T00:00:00\.000000\+09:00$/)
    assert.match(tokyo.stderr, /^1 part belongs to records that this page does not hold/)
  })

  test('tells codes that it does not know; with --strict they are a failure', async () => {
    const [lenient, strict] = await Promise.all([
      cli.run(['map', 'OURA', 'workout', UNKNOWN]),
      cli.run(['map', 'OURA', 'workout', UNKNOWN, '--strict']),
    ])
    assert.deepEqual([lenient.code, strict.code], [0, 1])
    assert.equal(strict.stdout, lenient.stdout)
    assert.match(lenient.stderr, /unknown code in workout\.activity: "underwater_hockey", once/)
    assert.ok(printed(lenient.stdout).length > 0)
  })

  test('takes what the page does not say; parts of a record that it does not hold are counted', async () => {
    const row = { timestamp: '2026-09-15T17:10:00Z', bpm: 140, source: 'workout' }
    const span = ['start_datetime=2026-09-15T17:00:00Z', 'end_datetime=2026-09-15T18:00:00Z']
    const args = ['map', 'OURA', 'heartrate', '--request', 'workout_id=w', ...span]
    const run = await cli.run(args, { stdin: JSON.stringify({ data: [row] }) })
    assert.deepEqual([run.code, run.stdout.trim()], [0, '[]'])
    assert.match(run.stderr, /1 part belongs to records that this page does not hold/)
  })

  test('lists the kinds of page', async () => {
    const [plain, json] = await Promise.all([
      cli.run(['map', 'OURA', '--kinds']),
      cli.run(['map', 'OURA', '--kinds', '--json']),
    ])
    assert.deepEqual(plain.stdout.trim().split('\n'), Object.keys(oura.reads))
    assert.deepEqual(JSON.parse(json.stdout), Object.keys(oura.reads))
  })

  test('says clearly what it cannot read, and prints no records', async () => {
    const cases: [string[], string, number, RegExp][] = [
      [['OURA', 'sleep'], '{"data":[{"id":7}]}', 3, /sleep: data\[0\]\.id/],
      [['OURA', 'sleep'], '[1, 2', 3, /standard input is no JSON/],
      [['OURA', 'sleep', '/nowhere/page.json'], '', 3, /\/nowhere\/page\.json cannot be read/],
      [['OURA', 'dreams'], '{}', 3, /OURA has no page kind dreams; it has daily_activity/],
      [['NOBODY', 'sleep'], '{}', 3, /There is no source NOBODY; there are .*OURA/],
      [['OURA', 'sleep', '--timezone', 'Mars/Olympus'], '{"data":[]}', 3, /Mars\/Olympus is no IANA zone/],
      [['OURA', 'sleep', '--received-at', 'soon'], '{"data":[]}', 4, /Must be an ISO 8601 time/],
      [['OURA', 'sleep', '--request', 'id'], '{"data":[]}', 4, /Must be NAME=VALUE/],
      [['OURA'], '', 4, /which kind of page\? OURA has daily_activity/],
    ]
    await Promise.all(
      cases.map(async ([args, stdin, code, pattern]) => {
        const run = await cli.run(['map', ...args], { stdin })
        assert.deepEqual([run.code, run.stdout], [code, ''], args.join(' '))
        assert.match(run.stderr, pattern)
      }),
    )
  })
})
