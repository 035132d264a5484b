// What is new or different since the last look, for everyone who granted access: where notifications come from.
import { createHash } from 'node:crypto'
import type { Grant } from './grants.ts'
import type { Kit } from './kit.ts'

const GRANTS_PER_TURN = 25
const CHANGES_PER_TURN = 200

export interface Watched {
  kind: string
  id: string
  day: string | null
  /** Anything whose JSON changes when the item does. */
  item: unknown
}

export interface Changed {
  kind: string
  id: string
  day: string | null
  /** `delete` only for what the person removed: what grew old is not announced. */
  what: 'create' | 'update' | 'delete'
}

export interface Watch {
  /** What exists now counts as known: an authorization does not announce the past. */
  remember(grant: Grant): Promise<void>
  /** Compares, and announces the difference. Answers how many changes it found. */
  look(): Promise<number>
}

export function watch(
  kit: Kit,
  how: {
    /** The newest items of a person, a few days deep. */
    items(grant: Grant): Promise<Watched[]>
    announce(grant: Grant, changes: Changed[]): Promise<void>
  },
): Watch {
  let offset = 0
  const key = (grant: Grant): string => `seen:${grant.clientId}:${grant.personId}`

  async function compare(grant: Grant): Promise<number> {
    const stored = await kit.state.get(key(grant))
    const before = stored === null ? {} : (JSON.parse(stored) as Record<string, string>)
    const items = await how.items(grant)
    const after = digests(items)
    const changes = items
      .filter((each) => before[nameOf(each)] !== after[nameOf(each)])
      .slice(0, CHANGES_PER_TURN)
      .map((each): Changed => {
        const { kind, id, day } = each
        return { kind, id, day, what: nameOf(each) in before ? 'update' : 'create' }
      })
    for (const edit of await kit.edits.of(grant.personId)) {
      const name = `${edit.kind} ${edit.id}`
      if (edit.what !== 'gone' || !(name in before) || name in after) continue
      changes.push({ kind: edit.kind, id: edit.id, day: null, what: 'delete' })
    }
    if (changes.length > 0) await how.announce(grant, changes)
    await kit.state.put(key(grant), JSON.stringify(after))
    return changes.length
  }

  return {
    async remember(grant) {
      await kit.state.put(key(grant), JSON.stringify(digests(await how.items(grant))))
    },
    async look() {
      const all = await kit.grants.all()
      // Many people take turns, so that one look stays short.
      const turn =
        all.length <= GRANTS_PER_TURN
          ? all
          : Array.from({ length: GRANTS_PER_TURN }, (_, i) => all[(offset + i) % all.length]!)
      offset += GRANTS_PER_TURN
      let found = 0
      for (const grant of turn) found += await compare(grant)
      return found
    },
  }
}

function nameOf({ kind, id }: Watched): string {
  return `${kind} ${id}`
}

function digests(items: readonly Watched[]): Record<string, string> {
  return Object.fromEntries(
    items.map((each) => [
      nameOf(each),
      createHash('sha256').update(JSON.stringify(each.item)).digest('base64url').slice(0, 12),
    ]),
  )
}
