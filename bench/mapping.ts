// Mapping: MB of raw pages a second, for each source, beside JSON.parse and JSON.stringify of the same bytes in the same run.
// The pages are the golden cases; from text to whole records as JSON, as `loam map` does it.
import { goldenCases } from '../test/golden.ts'
import { connectors } from '../src/connectors/index.ts'
import { mapPage } from '../src/connectors/map-pages.ts'
import { wholeRecords } from '../src/normalize/whole-records.ts'
import { parseJson } from '../src/platform/json.ts'
import { median, round, table } from './lib/figures.ts'

const ROUNDS = Number(process.env.LOAM_BENCH_ROUNDS ?? 5)
/** Each measurement goes on for this long: short pages need many passes. */
const LEAST_MS = Number(process.env.LOAM_BENCH_MS ?? 150)
const USER = '00000000-0000-4000-8000-000000000001'

interface Page {
  text: string
  run(): string
}

/** So that no work is taken for useless. */
let sink = 0
const rows: string[][] = []
for (const connector of connectors) {
  const pages = goldenCases(connector)
    .filter(({ payload }) => !(payload instanceof Uint8Array))
    .map(({ kind, payload, context }): Page => {
      const text = JSON.stringify(payload)
      const input = {
        timeZone: context.timeZone,
        receivedAt: Date.parse(context.receivedAt),
        request: context.request,
      }
      return {
        text,
        run() {
          const page = mapPage(connector, kind, parseJson(text), input)
          const whose = { userId: USER, provider: connector.id, timeZone: page.timeZone }
          return JSON.stringify(wholeRecords([page], whose))
        },
      }
    })
  if (pages.length === 0) continue
  const bytes = pages.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0)
  const plain = pages.map(
    ({ text }) =>
      (): string =>
        JSON.stringify(JSON.parse(text)),
  )
  const mapped = pages.map(({ run }) => run)
  const speeds = { plain: [] as number[], mapped: [] as number[] }
  megabytesPerSecond(plain, bytes)
  megabytesPerSecond(mapped, bytes)
  for (let i = 0; i < ROUNDS; i++) {
    speeds.plain.push(megabytesPerSecond(plain, bytes))
    speeds.mapped.push(megabytesPerSecond(mapped, bytes))
  }
  const [mapping, json] = [median(speeds.mapped), median(speeds.plain)]
  rows.push([
    connector.id,
    String(pages.length),
    round(bytes / 1000),
    round(mapping, 1),
    round(json, 1),
    round(mapping / json, 3),
  ])
}
console.log(`\nMapping, golden pages, medians of ${ROUNDS}\n`)
console.log(table(['', 'pages', 'kB', 'MB/s', 'JSON alone, MB/s', 'of JSON alone'], rows))

function megabytesPerSecond(works: readonly (() => string)[], bytes: number): number {
  const begunAt = performance.now()
  let passes = 0
  do {
    for (const work of works) sink += work().length
    passes++
  } while (performance.now() - begunAt < LEAST_MS)
  const seconds = (performance.now() - begunAt) / 1000
  return (bytes * passes) / 1e6 / seconds
}
if (sink === 0) throw new Error('nothing was mapped')
