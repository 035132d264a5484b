import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Buckets } from './buckets.ts'

test('as many are kept as it was told, and the one nobody asked for the longest goes first', () => {
  const buckets = new Buckets(3)
  const size = { most: 2, perSecond: 1 }
  const left = (name: string) => buckets.take(name, size, 0).left
  for (const name of ['a', 'b', 'c']) assert.equal(left(name), 1)
  assert.equal(left('a'), 0)
  assert.equal(left('d'), 1)
  assert.equal(buckets.size, 3)
  assert.equal(buckets.take('a', size, 0).isEnough, false, 'it was asked for since')
  assert.equal(left('b'), 1, 'it was forgotten')
})

test('it fills by itself, never beyond its size, and not backwards', () => {
  const buckets = new Buckets(3)
  const size = { most: 2, perSecond: 0.5 }
  for (const isEnough of [true, true, false]) assert.equal(buckets.take('a', size, 1000).isEnough, isEnough)
  assert.equal(buckets.take('a', size, 1000).waitSeconds, 2)
  assert.equal(buckets.take('a', size, 0).isEnough, false)
  assert.equal(buckets.take('a', size, 2000).isEnough, true)
  assert.equal(buckets.take('a', size, 1_000_000).left, 1)
  buckets.giveBack('a')
  assert.equal(buckets.take('a', size, 1_000_000).left, 1)
})
