// Chance that is the same on every machine: numbers from a name, never from the clock.

/** A stream of numbers from 0 to 1, fixed by the parts of its name. */
export function chance(...name: readonly (string | number)[]): () => number {
  let state = hash(name.join('\u0001'))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

function hash(text: string): number {
  let value = 2166136261
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16777619)
  return value | 0
}

export function between(random: () => number, low: number, high: number): number {
  return low + random() * (high - low)
}

/** Roughly normal, within three deviations. */
export function around(random: () => number, mean: number, deviation: number): number {
  const sum = random() + random() + random() + random() - 2
  return mean + sum * 1.5 * deviation
}

export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)]!
}
