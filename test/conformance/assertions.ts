// What the conformance suite says of results and of what arrived.
import assert from 'node:assert/strict'
import { type OutgoingEvent, secretMembers, type SendResult } from '../../src/destinations/destination.ts'
import { destinationType } from '../../src/destinations/index.ts'
import type { JsonSchema } from '../../src/web/parts/schema-form.ts'
import { textOf } from './events.ts'
import type { Settings } from './stage.ts'

export function inGroups<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size))
}

export function failure(result: SendResult): string {
  return result.next === 'delivered' ? '' : result.message
}

export function assertDelivered(results: readonly SendResult[], count: number): void {
  assert.deepEqual(
    results.map((result) => `${result.next} ${failure(result)}`.trim()),
    Array.from({ length: count }, () => 'delivered'),
  )
}

/** The message; it names no secret. */
export function assertRetry(results: readonly SendResult[], settings: Settings): string {
  assert.equal(results.length, 1)
  const [result] = results
  assert.ok(result !== undefined && result.next === 'retry', JSON.stringify(results))
  for (const secret of Object.values(settings).filter((value) => typeof value === 'string' && isSecret(value))) {
    assert.ok(!JSON.stringify(result).includes(String(secret)), JSON.stringify(result))
  }
  return result.message
}

/** Stages mark the values of secrets, so that they are found wherever they come out. */
export function isSecret(value: unknown): boolean {
  return typeof value === 'string' && value.includes('SECRET')
}

export function secretsIn(id: string, settings: Settings): string[] {
  return secretMembers(destinationType(id)!)
    .map((name) => settings[name])
    .filter((value) => typeof value === 'string')
}

export function assertArrived(
  arrived: readonly { id: string; body: string }[],
  events: readonly OutgoingEvent[],
  { once }: { once: boolean },
): void {
  const expected = new Map(events.map((event) => [event.id, textOf(event)]))
  for (const { id, body } of arrived) assert.equal(body, expected.get(id), `event ${id}`)
  const ids = arrived.map((each) => each.id)
  assert.deepEqual((once ? ids : [...new Set(ids)]).sort(), [...expected.keys()].sort())
}

/** A box that is not ticked says no, also where yes is the default. */
export function unticked(schema: JsonSchema): Settings {
  const boxes = Object.entries(schema.properties ?? {}).filter(([, member]) => member.type === 'boolean')
  return Object.fromEntries(boxes.map(([name]) => [name, false]))
}

export function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length
}
