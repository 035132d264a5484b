import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest } from './names.ts'

test('what a name that is no setting was meant to be', () => {
  for (const [name, meant] of [
    ['LOAM_PUBLC_URL', ': did you mean LOAM_PUBLIC_URL?'],
    ['LOAM_DATA', ': did you mean LOAM_DATA_DIR?'],
    ['LOAM_DATABASE_READ', ': did you mean LOAM_DATABASE_READ_URL or LOAM_DATABASE_READ_LAG_SECONDS?'],
    ['LOAM_PORT_FILE', ': only secrets can be given as a file; set LOAM_PORT'],
    ['LOAM_SOMETHING_ELSE', ': see docs/configuration.md for those there are'],
  ] as const) {
    assert.equal(nearest(name), meant, name)
  }
})
