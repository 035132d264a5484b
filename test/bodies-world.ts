// A world whose bodies lie somewhere else.
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import { moveBodies } from '../src/bodies/move.ts'
import { MARK } from '../src/bodies/setting.ts'
import { openWorld, type World } from '../src/deliver/test-world.ts'
import { type BodyStore, keyInRow } from '../src/store/bodies.ts'

export const never = (): boolean => false
export const text = (i: number): string => `${i} äé😀 ${randomBytes(400).toString('hex')}`

export async function keysIn(bodies: BodyStore, prefix = ''): Promise<string[]> {
  const keys: string[] = []
  for await (const found of bodies.list(prefix)) keys.push(...found.map(({ key }) => key))
  return keys.filter((key) => key !== MARK)
}

export async function bodiesInRows(world: World, table = 'events'): Promise<(string | null)[]> {
  const rows = await world.ctx.db.all<{ body: Uint8Array }>(`SELECT body FROM ${table} ORDER BY id`)
  return rows.map((row) => keyInRow(row.body))
}

/** All that there is, however young. */
export function move(world: World, bodies: BodyStore): Promise<number> {
  return moveBodies(world.ctx, bodies, { madeBefore: Date.now() + 1000, until: never })
}

export async function worldWith(t: TestContext, bodies: BodyStore): Promise<World> {
  const world = await openWorld(t)
  // The API's context is another object with the same database.
  world.ctx.bodies = bodies
  world.api.ctx.bodies = bodies
  return world
}

export function appendTexts(world: World, texts: readonly string[], more = {}): Promise<string[]> {
  return world.append(...texts.map((each) => ({ type: 'daily', body: { type: 'daily', text: each }, ...more })))
}
