import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { connectors } from '../src/connectors/index.ts'
import { kindsOf } from '../src/connectors/map-pages.ts'
import { isAnothers } from './golden.ts'
import { PROVIDERS_FILE, providersText } from './provider-docs.ts'

test('docs/providers.md is current', () => {
  assert.ok(
    readFileSync(PROVIDERS_FILE, 'utf8') === providersText(),
    'docs/providers.md is not current; run: node test/provider-docs.ts --write',
  )
})

test("every connector's README exists and names every page kind and every scope", () => {
  for (const connector of connectors) {
    const file = new URL(`../src/connectors/${connector.id.toLowerCase()}/README.md`, import.meta.url)
    assert.ok(existsSync(file), `${connector.id} has no README`)
    const readme = readFileSync(file, 'utf8')
    assert.deepEqual(
      kindsOf(connector).filter((kind) => !isAnothers(connector, kind) && !readme.includes(`\`${kind}\``)),
      [],
      `${connector.id}: kinds that the README does not name`,
    )
    assert.deepEqual(
      connector.auth.scopes.filter((scope) => !readme.includes(scope)),
      [],
      `${connector.id}: scopes that the README does not name`,
    )
  }
})
