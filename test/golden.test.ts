// Every connector in the catalogue against its samples. A new one joins by having a samples folder.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { test } from 'node:test'
import { connectors } from '../src/connectors/index.ts'
import { kindsOf, readerOf } from '../src/connectors/map-pages.ts'
import { parseTimestamp } from '../src/model/timestamps.ts'
import { complete, recordSchemas } from '../src/model/records.ts'
import { goldenCases, goldenText, isAnothers, resultOf, samplesFolder } from './golden.ts'

const HOW = 'if the change is meant: node test/golden.ts --write, and read the difference'

for (const connector of connectors) {
  const cases = goldenCases(connector)

  for (const golden of cases) {
    test(`golden: ${golden.name}`, () => {
      const before = JSON.stringify(golden.payload)
      const result = resultOf(golden)
      assert.ok(existsSync(golden.expectedFile), `there is no expected file; ${HOW}`)
      assert.equal(goldenText(result), readFileSync(golden.expectedFile, 'utf8'), HOW)

      assert.deepEqual(resultOf(golden), result, 'mapping again gives something else')
      assert.equal(JSON.stringify(golden.payload), before, 'mapping changed the payload')
      const { types } = readerOf(connector, golden.kind)!.read
      for (const part of result.parts) {
        assert.ok(types.includes(part.type), `${golden.kind} does not announce that it gives ${part.type}`)
        // Throws for a field that the record does not have.
        if (part.record !== null) complete(part.type, part.record)
      }
      for (const { type, record } of result.records) {
        recordSchemas[type].parse(record)
        assertTimes(record, golden.name)
      }
    })
  }

  test(`golden: every page kind of ${connector.id} has a case, and every file belongs to one`, () => {
    const without = kindsOf(connector).filter(
      (kind) => !isAnothers(connector, kind) && !cases.some((golden) => golden.kind === kind),
    )
    assert.deepEqual(without, [])
    const inputs = new Set(cases.map((golden) => golden.expectedFile.replace(/\.expected\.json$/, '')))
    const orphans = globSync('*/*.{expected,context}.json', { cwd: samplesFolder(connector) }).filter(
      (file) => !inputs.has(`${samplesFolder(connector)}${file}`.replace(/\.(?:expected|context)\.json$/, '')),
    )
    assert.deepEqual(orphans, [])
  })

  test(`golden: SOURCES.md says where each sample of ${connector.id} comes from`, () => {
    const sources = readFileSync(`${samplesFolder(connector)}SOURCES.md`, 'utf8')
    const unnamed = globSync('*/*.{json,input.*}', { cwd: samplesFolder(connector) })
      .filter((file) => !/\.(?:expected|context)\.json$/.test(file))
      .map((file) => basename(file).replace(/\.input\.[^.]+$|\.json$/, ''))
      .filter((name) => !sources.includes(`\`${name}\``))
    assert.deepEqual(unnamed, [])
  })
}

/** Nothing ends before it begins, and every time is spelled as the wire spells it. */
function assertTimes(value: unknown, path: string): void {
  if (typeof value !== 'object' || value === null) return
  const { start_time: start, end_time: end } = value as { start_time?: string | null; end_time?: string | null }
  if (typeof start === 'string' && typeof end === 'string') {
    assert.ok(instantOf(end) >= instantOf(start), `${path} ends before it begins`)
  }
  for (const [name, member] of Object.entries(value)) {
    if (/timestamp$|_time$/.test(name) && typeof member === 'string' && member !== '') {
      assert.match(member, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(?:[+-]\d\d:\d\d)?$/, `${path}.${name}`)
    }
    assertTimes(member, `${path}.${name}`)
  }
}

function instantOf(text: string): number {
  const parsed = parseTimestamp(text)
  return parsed.epochMs ?? Date.parse(`${parsed.local}Z`)
}
