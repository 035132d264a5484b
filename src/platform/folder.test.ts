import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder, makeFolderLater } from './folder.ts'

test('a folder is made with those above it, for its owner alone; one that is there stays', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'loam-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  const path = join(base, 'a', 'b', 'c')
  assert.equal(await makeFolderLater(path), join(base, 'a'))
  assert.equal(statSync(path).mode & 0o777, 0o700)
  assert.equal(await makeFolderLater(path), undefined)
  assert.equal(await makeFolderLater(join(base, 'a', 'd')), join(base, 'a', 'd'))
  makeFolder(join(base, 'e', 'f'))
  makeFolder(join(base, 'e', 'f'))
  assert.ok(statSync(join(base, 'e', 'f')).isDirectory())
})

test('where none can be made it ends with a reason', { timeout: 10_000 }, async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'loam-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  const file = join(base, 'file')
  writeFileSync(file, '')
  for (const path of [join(file, 'a', 'b'), ...(process.platform === 'linux' ? ['/proc/self/none/such'] : [])]) {
    await assert.rejects(makeFolderLater(path), /ENOENT|ENOTDIR|EACCES/)
    assert.throws(() => makeFolder(path), /ENOENT|ENOTDIR|EACCES/)
  }
})

test('many that make folders below one that is missing make it once', async (t) => {
  const base = mkdtempSync(join(tmpdir(), 'loam-folder-'))
  t.after(() => rmSync(base, { recursive: true }))
  for (let round = 0; round < 50; round++) {
    const top = join(base, String(round))
    const paths = Array.from({ length: 8 }, (_, i) => join(top, 'a', 'b', String(i % 4)))
    const made = await Promise.all(paths.map(makeFolderLater))
    assert.ok(paths.every((path) => statSync(path).isDirectory()))
    assert.equal(made.filter((path) => path === top).length, 1)
  }
})
