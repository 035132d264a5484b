// Buckets that fill by themselves, in the memory of this process: who takes from an empty one waits.

interface Bucket {
  tokens: number
  at: number
}

export interface Size {
  /** As many at once. */
  most: number
  perSecond: number
}

export interface Taken {
  isEnough: boolean
  left: number
  /** Until there is one again; at least a second. */
  waitSeconds: number
}

export class Buckets {
  readonly #kept = new Map<string, Bucket>()
  readonly #mostKept: number

  constructor(mostKept: number) {
    this.#mostKept = mostKept
  }

  take(name: string, { most, perSecond }: Size, now: number): Taken {
    const before = this.#kept.get(name) ?? { tokens: most, at: now }
    const tokens = Math.min(most, before.tokens + (Math.max(0, now - before.at) / 1000) * perSecond)
    const isEnough = tokens >= 1
    const left = isEnough ? tokens - 1 : tokens
    // Taken out and put back, so that the one that nobody asked for the longest goes first.
    this.#kept.delete(name)
    if (this.#kept.size >= this.#mostKept) this.#kept.delete(this.#kept.keys().next().value!)
    this.#kept.set(name, { tokens: left, at: now })
    return { isEnough, left, waitSeconds: Math.max(1, Math.ceil((1 - tokens) / perSecond)) }
  }

  /** It should not have been taken. */
  giveBack(name: string): void {
    const bucket = this.#kept.get(name)
    if (bucket !== undefined) bucket.tokens += 1
  }

  get size(): number {
    return this.#kept.size
  }
}

/** What whoever has to wait is told. */
export function waitHeaders(seconds: number, now: number): Record<string, string> {
  return {
    'retry-after': String(seconds),
    // What the SDKs look at where `retry-after` is out of their reach.
    'x-ratelimit-reset': String(Math.ceil(now / 1000) + seconds),
  }
}
