import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FAILURES_TO_OPEN } from './breaker.ts'
import {
  begin,
  createSlots,
  end,
  type Ended,
  followCircuit,
  isTurnOf,
  type Slots,
  type Kind,
  KINDS,
  recapSlots,
  room,
} from './slots.ts'

const CAPS = { live: 16, backfill: 4 }

function ended(slots: Slots, kind: Kind, change: Partial<Ended> = {}) {
  return end(slots, {
    kind,
    startedAt: 0,
    now: 1,
    outcome: 'success',
    slowDown: false,
    askedMs: 0,
    refused: false,
    random: 0.5,
    ...change,
  })
}

/** Begins as many as may. */
function fill(slots: Slots, kind: Kind, now = 0): number {
  let n = 0
  for (; room(slots, kind, now) > 0; n++) begin(slots, kind)
  return n
}

function open(slots: Slots, now: number): void {
  for (let i = 0; i < FAILURES_TO_OPEN; i++) {
    begin(slots, 'fresh')
    ended(slots, 'fresh', { outcome: 'failure', startedAt: now - 1, now })
  }
}

test('a backlog gets half of the slots, fresh events the others; history has its own', () => {
  const slots = createSlots(CAPS)
  slots.waiting.backlog = true
  assert.equal(fill(slots, 'backlog'), 8)
  assert.equal(fill(slots, 'backfill'), 4)
  assert.equal(fill(slots, 'fresh'), 8)
})

test('fresh events take every slot while nothing else waits, and leave a third when something does', () => {
  const alone = createSlots(CAPS)
  assert.equal(fill(alone, 'fresh'), 16)
  const busy = createSlots(CAPS)
  busy.waiting.backlog = true
  assert.equal(fill(busy, 'fresh'), 10)
  assert.equal(fill(busy, 'backlog'), 6)
})

test('with one slot, what waits takes turns', () => {
  const slots = createSlots({ live: 1, backfill: 1 })
  slots.waiting = { fresh: true, backlog: true, backfill: false }
  const order: Kind[] = []
  for (let i = 0; i < 6; i++) {
    const kind = KINDS.find((each) => each !== 'backfill' && room(slots, each, 0) > 0)!
    begin(slots, kind)
    order.push(kind)
    assert.equal(room(slots, 'fresh', 0) + room(slots, 'backlog', 0), 0)
    ended(slots, kind)
  }
  assert.deepEqual(new Set(order.slice(0, 2)), new Set(['fresh', 'backlog']))
  assert.equal(order.filter((kind) => kind === 'fresh').length, 3)
})

test('whoever had the slot last, one of those that wait may go, also with one token for all', () => {
  const most = [1, 2, 3]
  for (const live of most)
    for (const size of most)
      for (const lastKind of KINDS)
        for (const lastLive of ['fresh', 'backlog'] as const)
          for (const fresh of [true, false])
            for (const backlog of [true, false]) {
              const slots = createSlots({ live, backfill: 1 })
              slots.window.size = size
              Object.assign(slots, { lastKind, lastLive, waiting: { fresh, backlog, backfill: true } })
              const going = KINDS.filter((kind) => slots.waiting[kind] && room(slots, kind, 0) > 0)
              const state = JSON.stringify(slots)
              assert.notEqual(going.length, 0, state)
              assert.equal(going.filter((kind) => isTurnOf(slots, kind, 0)).length, 1, state)
            }
})

test('with one slot for all, each kind has it in turn', () => {
  const slots = createSlots({ live: 1, backfill: 1 })
  slots.window.size = 1
  Object.assign(slots, {
    lastKind: 'backfill',
    lastLive: 'fresh',
    waiting: { fresh: true, backlog: true, backfill: true },
  })
  const order = Array.from({ length: 6 }, () => {
    const kind = KINDS.find((each) => room(slots, each, 0) > 0)!
    begin(slots, kind)
    // It is the pace that is looked at: the window stays.
    ended(slots, kind, { outcome: 'neutral' })
    return kind
  })
  assert.deepEqual(order, ['backlog', 'backfill', 'fresh', 'backlog', 'backfill', 'fresh'])
})

test('an open circuit lets nothing pass, then one probe; a good one opens the way step by step', () => {
  const slots = createSlots(CAPS)
  open(slots, 1000)
  assert.deepEqual(
    KINDS.map((kind) => room(slots, kind, 1000)),
    [0, 0, 0],
  )
  assert.equal(room(slots, 'backfill', 6000), 1)
  begin(slots, 'backfill')
  assert.deepEqual(
    KINDS.map((kind) => room(slots, kind, 6000)),
    [0, 0, 0],
    'one probe, whoever comes first',
  )
  assert.equal(ended(slots, 'backfill', { startedAt: 6000, now: 6010, outcome: 'failure' }), 'opened')
  assert.equal(room(slots, 'fresh', 15_000), 0)
  begin(slots, 'fresh')
  assert.equal(ended(slots, 'fresh', { startedAt: 17_000, now: 17_010 }), 'closed')
  assert.equal(fill(slots, 'fresh', 17_010), 1)
  ended(slots, 'fresh')
  assert.equal(fill(slots, 'fresh'), 2)
})

test('429, 503 and timeouts halve what is in flight, once for all that started together', () => {
  const slots = createSlots(CAPS)
  fill(slots, 'fresh')
  for (let i = 0; i < 5; i++) ended(slots, 'fresh', { outcome: 'failure', slowDown: true, startedAt: 0, now: 10 + i })
  assert.equal(slots.window.size, 10)
  ended(slots, 'fresh', { outcome: 'failure', slowDown: true, startedAt: 11, now: 20 })
  assert.equal(slots.window.size, 5)
  ended(slots, 'fresh', { outcome: 'failure', slowDown: false, startedAt: 30, now: 40 })
  assert.equal(slots.window.size, 5, 'another failure says nothing about the pace')
})

test('resumed, or closed by another server: it begins with one', () => {
  const slots = createSlots(CAPS)
  followCircuit(slots, 0, 5)
  assert.equal(fill(slots, 'backlog', 5), 1, 'half open at once')
  const other = createSlots(CAPS)
  followCircuit(other, 100, 5)
  followCircuit(other, null, 50)
  assert.equal(fill(other, 'fresh', 50), 1)
})

test('other caps count at once', () => {
  const slots = createSlots(CAPS)
  fill(slots, 'fresh')
  recapSlots(slots, { live: 2, backfill: 1 })
  assert.equal(room(slots, 'fresh', 0), 0)
  for (let i = 0; i < 15; i++) ended(slots, 'fresh', { outcome: 'neutral' })
  assert.equal(room(slots, 'fresh', 0), 1)
  recapSlots(slots, { live: 8, backfill: 1 })
  assert.equal(fill(slots, 'fresh'), 7)
})

// A receiver that takes ten at a time, a tenth of a second each, comes back to 50 000 deliveries that were held, while two
// fresh events arrive each second. In steps of ten milliseconds.
test('recovery: 50 000 held, never over the cap, and what is fresh does not wait', () => {
  const slots = createSlots(CAPS)
  open(slots, 0)
  let held = 50_000
  let fresh = 0
  let most = 0
  let refused = 0
  let sentFresh = 0
  let slowestFresh = 0
  const freshSince: number[] = []
  const calls: { kind: Kind; startedAt: number; endsAt: number; refused: boolean }[] = []
  let now = 0
  for (; held + calls.length > 0; now += 10) {
    assert.ok(now < 3_600_000, 'it comes to an end')
    if (now % 500 === 0) {
      fresh++
      freshSince.push(now)
    }
    for (const call of calls.filter((each) => each.endsAt <= now)) {
      calls.splice(calls.indexOf(call), 1)
      const outcome = call.refused ? 'failure' : 'success'
      ended(slots, call.kind, { outcome, slowDown: call.refused, startedAt: call.startedAt, now })
      if (call.refused && call.kind === 'backlog') held++
      if (call.refused) refused++
    }
    slots.waiting = { fresh: fresh > 0, backlog: held > 0, backfill: false }
    for (const kind of ['fresh', 'backlog'] as const) {
      while ((kind === 'fresh' ? fresh : held) > 0 && room(slots, kind, now) > 0) {
        begin(slots, kind)
        if (kind === 'fresh') {
          fresh--
          sentFresh++
          const wait = now - freshSince.shift()!
          // The outage itself is nobody's backlog.
          if (now > 20_000) slowestFresh = Math.max(slowestFresh, wait)
        } else held--
        const tooMany = calls.length >= 10
        calls.push({ kind, startedAt: now, endsAt: now + (tooMany ? 10 : 100), refused: tooMany })
        slots.waiting = { fresh: fresh > 0, backlog: held > 0, backfill: false }
      }
    }
    most = Math.max(most, calls.length)
    if (now < 5000) assert.equal(calls.length, 0, 'open')
  }
  assert.ok(most <= CAPS.live + CAPS.backfill, `${most} at a time`)
  assert.ok(sentFresh > 100)
  assert.ok(slowestFresh <= 200, `a fresh event waited ${slowestFresh} ms`)
  assert.ok(refused < 2500, `${refused} came when it was full`)
})
