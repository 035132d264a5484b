// What tests and demos change in a person's data: items removed, items rewritten, and what only one provider knows.
import type { SimulatorState } from '../simulator.ts'

export interface Edit {
  /** `gone`, `rewritten`, or a provider's own. */
  what: string
  kind: string
  id: string
  /** How often: each rewriting makes another version. */
  times: number
}

export interface Edits {
  of(personId: string): Promise<Edit[]>
  /** Again is one more time, or as many as `more` says. */
  add(personId: string, edit: Omit<Edit, 'times'>, more?: number): Promise<Edit>
}

export function createEdits(state: SimulatorState): Edits {
  const of = async (personId: string): Promise<Edit[]> =>
    (await state.list(`edit:${personId}:`)).map((row) => JSON.parse(row.value) as Edit)
  return {
    of,
    async add(personId, { what, kind, id }, more = 1) {
      const before = (await of(personId)).find((each) => each.what === what && each.kind === kind && each.id === id)
      const edit = { what, kind, id, times: (before?.times ?? 0) + more }
      await state.put(`edit:${personId}:${what}:${kind}:${id}`, JSON.stringify(edit))
      return edit
    },
  }
}

/** The items of a kind after what was changed: `rewrite` makes the version of that number. */
export function edited<Item>(
  items: readonly Item[],
  kind: string,
  edits: readonly Edit[],
  how: { id(item: Item): string; rewrite(item: Item, times: number): Item },
): Item[] {
  const own = edits.filter((each) => each.kind === kind)
  if (own.length === 0) return [...items]
  const find = (what: string, item: Item): Edit | undefined =>
    own.find((each) => each.what === what && each.id === how.id(item))
  return items
    .filter((item) => find('gone', item) === undefined)
    .map((item) => {
      const times = find('rewritten', item)?.times
      return times === undefined ? item : how.rewrite(item, times)
    })
}
