import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpResponse } from '../../platform/http.ts'
import type { ConnectionHttp, FetchContext, Fetched, Wanted } from '../connector.ts'
import { daysOf, fetchActivity, fetchHeart, fetchIntraday, fetchMeasures, fetchSleepSummary } from './fetch.ts'

const ZONE = 'Europe/Berlin'

interface Asked {
  path: string
  form: Record<string, string>
}

/** Answers in turn, or by a function of what was asked. */
function connection(answer: (asked: Asked, index: number) => unknown): { http: ConnectionHttp; asked: Asked[] } {
  const asked: Asked[] = []
  const http: ConnectionHttp = {
    async send({ path }, request = {}) {
      assert.equal(request.method, 'POST')
      asked.push({ path, form: request.form! })
      const text = JSON.stringify(answer(asked.at(-1)!, asked.length - 1))
      const response: HttpResponse = {
        status: 200,
        headers: {},
        body: Buffer.from(text),
        truncated: false,
        text: () => text,
        json: () => JSON.parse(text) as unknown,
      }
      return response
    },
    follow: (url) => assert.fail(`nobody should follow ${url}`),
  }
  return { http, asked }
}

async function all(
  fetch: (context: FetchContext) => AsyncIterable<Fetched>,
  http: ConnectionHttp,
  wanted: Wanted,
  timeZone: string | null = ZONE,
): Promise<Fetched[]> {
  const context: FetchContext = {
    http,
    wanted,
    providerUserId: '1',
    timeZone,
    grantedScopes: null,
    now: Date.parse('2026-11-20T12:00:00Z'),
  }
  const found: Fetched[] = []
  for await (const each of fetch(context)) found.push(each)
  return found
}

const body = (inside: object) => ({ status: 0, body: inside })
const day = { days: { start: '2026-09-15', end: '2026-09-15' } }
const seconds = (text: string) => Date.parse(text) / 1000

test("a hint becomes the person's days, an hour wider on both sides", () => {
  const days = (hint: Record<string, string>, timeZone: string | null) => daysOf({ wanted: { hint }, timeZone })
  const span = (start: string, end: string) => ({ startdate: String(seconds(start)), enddate: String(seconds(end)) })
  const evening = span('2026-09-14T22:30:00Z', '2026-09-14T22:30:01Z')
  assert.deepEqual(days(evening, ZONE), { start: '2026-09-14', end: '2026-09-15' })
  assert.deepEqual(days(evening, 'America/New_York'), { start: '2026-09-14', end: '2026-09-14' })
  assert.deepEqual(days(evening, null), { start: '2026-09-14', end: '2026-09-14' })
  assert.deepEqual(days(span('2026-09-14T21:02:00Z', '2026-09-15T04:47:00Z'), ZONE), {
    start: '2026-09-14',
    end: '2026-09-15',
  })
  assert.deepEqual(days({ date: '2026-09-15' }, ZONE), { start: '2026-09-15', end: '2026-09-15' })
  assert.deepEqual(days(span('1970-01-01T00:00:00Z', '2026-09-15T12:00:00Z'), ZONE), {
    start: '2026-08-16',
    end: '2026-09-15',
  })
  assert.equal(daysOf({ wanted: { object: '1' }, timeZone: ZONE }), null)
})

test('pages go on by offset, whether `more` is a number or a word', async () => {
  const { http, asked } = connection((_, i) => body({ activities: [], more: i === 0, offset: i === 0 ? 30 : 0 }))
  const found = await all(fetchActivity, http, day)
  assert.deepEqual(
    asked.map(({ form }) => [form.action, form.startdateymd, form.enddateymd, form.offset]),
    [
      ['getactivity', '2026-09-15', '2026-09-16', undefined],
      ['getactivity', '2026-09-15', '2026-09-16', '30'],
    ],
  )
  assert.ok(
    asked.every(({ form }) => form.data_fields!.includes('hr_zone_3')),
    'without data_fields only a few come',
  )
  assert.deepEqual(
    found.map((each) => ('request' in each ? each.request : each)),
    [
      { start_date: '2026-09-15', end_date: '2026-09-15' },
      { start_date: '2026-09-15', end_date: '2026-09-15', page: '2' },
      { listed: { type: 'daily', ...day } },
    ],
  )
})

test('a list that does not end is given up', async () => {
  const { http } = connection((_, i) => body({ activities: [], more: true, offset: i + 1 }))
  await assert.rejects(
    all(fetchActivity, http, day),
    (error) => error instanceof ProviderError && error.next === 'give_up',
  )
  const stuck = connection(() => body({ activities: [], more: true, offset: 5 }))
  await assert.rejects(all(fetchActivity, stuck.http, day), /did not end/)
  assert.equal(stuck.asked.length, 2)
})

test("a day's measures are one payload, with the heights of all time beside it", async () => {
  const { http, asked } = connection(({ form }) => {
    if (form.meastypes === '4') return body({ timezone: ZONE, measuregrps: [{ grpid: 3 }] })
    if (form.offset === undefined)
      return body({ timezone: ZONE, updatetime: 5, measuregrps: [{ grpid: 1 }], more: 1, offset: 1 })
    return body({ timezone: ZONE, updatetime: 5, measuregrps: [{ grpid: 2 }] })
  })
  const [page, ...rest] = await all(fetchMeasures, http, day)
  assert.ok('payload' in page!)
  assert.deepEqual(page.payload, {
    status: 0,
    body: { timezone: ZONE, updatetime: 5, measuregrps: [{ grpid: 1 }, { grpid: 2 }] },
    heights: body({ timezone: ZONE, measuregrps: [{ grpid: 3 }] }),
  })
  assert.deepEqual(rest, [{ listed: { type: 'body', ...day } }, { listed: { type: 'daily', ...day } }])
  const { startdate, enddate } = asked[0]!.form
  assert.ok(Number(startdate) <= seconds('2026-09-14T00:00:00Z') && Number(enddate) >= seconds('2026-09-16T23:00:00Z'))
  assert.equal(asked[2]!.form.startdate, undefined)
})

test('the day in pieces: 24 hours for each question, and no day that has not begun', async () => {
  const { http, asked } = connection(() => body({ series: [] }))
  await all(fetchIntraday, http, { days: { start: '2026-10-25', end: '2026-10-26' } })
  assert.deepEqual(
    asked.map(({ form }) => [form.startdate, form.enddate].map(Number)),
    [
      [seconds('2026-10-24T22:00:00Z'), seconds('2026-10-25T22:00:00Z') - 1],
      [seconds('2026-10-25T22:00:00Z'), seconds('2026-10-25T23:00:00Z') - 1],
      [seconds('2026-10-25T23:00:00Z'), seconds('2026-10-26T23:00:00Z') - 1],
    ],
  )
  const offset = connection((_, index) => body({ series: { [index]: { steps: index } } }))
  const pages = await all(fetchIntraday, offset.http, day, '+01:00')
  assert.deepEqual(
    offset.asked.map(({ form }) => [form.startdate, form.enddate].map(Number)),
    [
      [seconds('2026-09-14T22:00:00Z'), seconds('2026-09-15T22:00:00Z') - 1],
      [seconds('2026-09-15T22:00:00Z'), seconds('2026-09-16T00:00:00Z') - 1],
    ],
    'in either season',
  )
  assert.deepEqual(pages[0], {
    kind: 'intraday',
    request: { date: '2026-09-15', wider: '3600' },
    payload: body({ series: { 0: { steps: 0 }, 1: { steps: 1 } } }),
  })
  const future = connection(() => body({ series: [] }))
  await all(fetchIntraday, future.http, { days: { start: '2026-11-20', end: '2026-11-22' } })
  assert.equal(future.asked.length, 1)
})

test('stages are asked for the nights that count, each with the device of its summary', async () => {
  const night = { id: 7, startdate: seconds('2026-09-14T21:02:00Z'), enddate: seconds('2026-09-15T04:47:00Z') }
  const mat = { ...night, date: '2026-09-15', model: 32, hash_deviceid: 'mat', completed: true, data: {} }
  const { http, asked } = connection(({ form }) => {
    if (form.action === 'get') return body({ series: [] })
    return body({
      series: [
        { ...mat, id: 6, model: 16, hash_deviceid: 'watch' },
        mat,
        { ...mat, id: 8, date: '2026-09-16', startdate: mat.startdate + 86_400, enddate: mat.enddate + 86_400 },
        { ...mat, id: 9, startdate: mat.enddate + 20_000, enddate: mat.enddate + 30_000, completed: false },
      ],
    })
  })
  const found = await all(fetchSleepSummary, http, day)
  assert.deepEqual(
    asked.map(({ form }) => form.action),
    ['getsummary', 'get'],
  )
  assert.deepEqual(
    found.flatMap((each) => ('request' in each && each.kind === 'sleep' ? [each.request] : [])),
    [{ sleep_id: '7', deviceid: 'mat' }],
  )
})

test('curves are asked for recordings of the wanted days, whatever the list holds besides', async () => {
  const recording = (signalid: number, text: string) => ({
    ecg: { signalid },
    timestamp: seconds(text),
    timezone: ZONE,
  })
  const { http, asked } = connection(({ form }) =>
    form.action === 'list'
      ? body({
          series: [recording(1, '2026-09-15T07:00:00Z'), recording(2, '2026-09-15T22:30:00Z'), { timestamp: 'x' }],
        })
      : body({ signal: [1], sampling_frequency: 300 }),
  )
  const found = await all(fetchHeart, http, day)
  assert.deepEqual(
    asked.slice(1).map(({ form }) => form.signalid),
    ['1'],
  )
  assert.deepEqual(found.at(-1), { listed: { type: 'body', ...day } })
})
