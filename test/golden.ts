// Golden cases: what every connector makes of its samples. `node test/golden.ts --write` writes the expected files anew;
// the difference is for review. Layout of a case, below src/connectors/<id>/samples/<kind>/:
//   <case>.input.json     the payload as the provider sends it; `.input.fit` and so on where the kind is a file
//   <case>.context.json   what else is known, if anything: `timeZone`, `request`, `receivedAt`
//   <case>.expected.json  `parts` as mapped, codes that no table knew, and the records without series and empty members
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Connector, Mapped } from '../src/connectors/connector.ts'
import { connectors } from '../src/connectors/index.ts'
import { kindsOf, mapPage, readerOf } from '../src/connectors/map-pages.ts'
import { withoutSamples } from '../src/model/records.ts'
import { parseJson } from '../src/platform/json.ts'
import { type WholeRecord, wholeRecords } from '../src/normalize/whole-records.ts'

const USER_ID = '00000000-0000-4000-8000-000000000001'
const RECEIVED_AT = '2026-09-16T12:00:00.000Z'
const LINE_WIDTH = 118

export interface GoldenCase {
  connector: Connector
  kind: string
  /** `OURA sleep clock-goes-back`. */
  name: string
  expectedFile: string
  payload: unknown
  context: GoldenContext
}

export interface GoldenContext {
  timeZone: string | null
  request: Record<string, string>
  receivedAt: string
}

export interface GoldenResult {
  parts: Mapped[]
  unknown: { table: string; code: string; count: number }[]
  records: WholeRecord[]
}

export function samplesFolder(connector: Connector): string {
  return fileURLToPath(new URL(`../src/connectors/${connector.id.toLowerCase()}/samples/`, import.meta.url))
}

/** Two sources of one API read alike: samples and descriptions stand with the one that comes first in the catalogue. */
export function isAnothers(connector: Connector, kind: string): boolean {
  const own = readerOf(connector, kind)!.read
  const first = connectors.find((other) => Object.values(other.reads).includes(own))
  return first !== undefined && first !== connector
}

export function goldenCases(connector: Connector): GoldenCase[] {
  const folder = samplesFolder(connector)
  return kindsOf(connector).flatMap((kind) => {
    const isFile = readerOf(connector, kind)!.read.input === 'file'
    return globSync(`${kind}/*.input.${isFile ? '*' : 'json'}`, { cwd: folder })
      .sort()
      .map((file) => {
        const name = basename(file).replace(/\.input\.[^.]+$/, '')
        const beside = (suffix: string): string => join(folder, dirname(file), `${name}.${suffix}.json`)
        const given = existsSync(beside('context')) ? (readJson(beside('context')) as Partial<GoldenContext>) : {}
        return {
          connector,
          kind,
          name: `${connector.id} ${kind} ${name}`,
          expectedFile: beside('expected'),
          payload: isFile ? new Uint8Array(readFileSync(join(folder, file))) : readJson(join(folder, file)),
          context: { timeZone: null, request: {}, receivedAt: RECEIVED_AT, ...given },
        }
      })
  })
}

export function resultOf({ connector, kind, payload, context }: GoldenCase): GoldenResult {
  const input = { ...context, receivedAt: Date.parse(context.receivedAt) }
  const page = mapPage(connector, kind, payload, input)
  const about = { userId: USER_ID, provider: connector.id, timeZone: page.timeZone }
  const { records } = wholeRecords([page], about)
  return { parts: page.mapped, unknown: page.unknown, records }
}

/** What the expected file holds: series stand in the parts, and every record has the same empty members. */
export function goldenText({ parts, unknown, records }: GoldenResult): string {
  const shown = records.map(({ type, record }) => ({ type, record: withoutEmpty(withoutSamples(record)) }))
  return `${spelled({ parts, unknown, records: shown }, 0, 0)}\n`
}

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([name, member]) => {
    const inside = withoutEmpty(member)
    const empty = inside === null || (typeof inside === 'object' && Object.keys(inside).length === 0)
    return empty ? [] : [[name, inside] as const]
  })
  return Object.fromEntries(kept)
}

/** JSON with one sample to a line: what fits a line stands on one. */
function spelled(value: unknown, depth: number, used: number): string {
  const line = JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return line
  const indent = '  '.repeat(depth + 1)
  const oneLine = line.replaceAll(
    /("(?:[^"\\]|\\.)*")|([:,])/g,
    (_, text?: string, mark?: string) => text ?? `${mark} `,
  )
  if (depth > 1 && depth * 2 + used + oneLine.length <= LINE_WIDTH) return oneLine
  const members = Array.isArray(value)
    ? value.map((item) => `${indent}${spelled(item, depth + 1, 0)}`)
    : Object.entries(value).flatMap(([name, member]) =>
        member === undefined
          ? []
          : [`${indent}${JSON.stringify(name)}: ${spelled(member, depth + 1, name.length + 4)}`],
      )
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return members.length === 0 ? `${open}${close}` : `${open}\n${members.join(',\n')}\n${'  '.repeat(depth)}${close}`
}

function readJson(file: string): unknown {
  return parseJson(readFileSync(file, 'utf8'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (!process.argv.includes('--write')) {
    console.error(
      'node test/golden.ts --write writes the expected files; `node --test test/golden.test.ts` compares them',
    )
    process.exitCode = 2
  } else {
    let changed = 0
    for (const golden of connectors.flatMap(goldenCases)) {
      const text = goldenText(resultOf(golden))
      if (existsSync(golden.expectedFile) && readFileSync(golden.expectedFile, 'utf8') === text) continue
      writeFileSync(golden.expectedFile, text)
      console.log(`wrote ${golden.name}`)
      changed++
    }
    console.log(changed === 0 ? 'nothing changed' : `${changed} written: read the difference before you commit it`)
  }
}
