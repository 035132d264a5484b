import { type Mapped, UnreadablePage } from '../../connector.ts'
import { bodyOf, isObject } from '../pages.ts'

/** The wire has no field for goals: such a page is known, and gives no record. */
export function keepGoals(payload: unknown): Mapped[] {
  const body = bodyOf('goals', payload)
  if (isObject(body) && (isObject(body.goals) || Array.isArray(body.goals))) return []
  throw new UnreadablePage('goals', '', 'an object with `goals`')
}
