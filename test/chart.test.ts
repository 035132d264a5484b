import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { settingNames } from '../src/config.ts'

const read = (path: string): string => readFileSync(new URL(`../deploy/helm/loam/${path}`, import.meta.url), 'utf8')

test('the chart takes every setting by its name', () => {
  const schema = JSON.parse(read('values.schema.json')) as {
    properties: { settings: { propertyNames: { pattern: string } } }
  }
  const name = new RegExp(schema.properties.settings.propertyNames.pattern)
  assert.deepEqual(
    settingNames.filter((each) => !name.test(each)),
    [],
  )
})

test('a release named loam gets no LOAM_PORT from its own service', () => {
  assert.match(read('templates/deployments.yaml'), /^ {6}enableServiceLinks: false$/m)
})
