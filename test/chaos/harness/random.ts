// Numbers that come again with their seed, so that a run that found something can be played once more.
export const SEED = Number(process.env.LOAM_CHAOS_SEED ?? Math.floor(Math.random() * 1e9))

export interface Random {
  /** From 0 to 1. */
  next(): number
  between(from: number, to: number): number
  pick<T>(list: readonly T[]): T
  chance(of: number): boolean
}

/** Each part of a test has numbers of its own, so that what one uses up changes nothing for the others. */
export function randomFor(name: string): Random {
  let state = SEED
  for (const letter of name) state = Math.imul(state ^ letter.charCodeAt(0), 0x01000193) >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  return {
    next,
    between: (from, to) => from + next() * (to - from),
    pick: (list) => list[Math.floor(next() * list.length)]!,
    chance: (of) => next() < of,
  }
}
