// A few things that are opened when they are needed and used by one at a time. The library's own pool gives connections a
// listener for errors only after they are connected.

export interface Lent<Item> {
  item: Item
  release(broken: Error | undefined): void
}

export interface LimitedPool<Item> {
  acquire(): Promise<Lent<Item>>
  /** Closes what is idle; what is lent goes when it comes back. */
  end(): Promise<void>
}

export function limitedPool<Item>(how: {
  most: number
  open(): Promise<Item>
  /** Whether one that lay idle can be used. */
  good(item: Item): boolean
  close(item: Item): Promise<void>
  destroy(item: Item): void
}): LimitedPool<Item> {
  const idle: Item[] = []
  const waiting: (() => void)[] = []
  let lent = 0
  let over = false

  function leave(): void {
    const next = waiting.shift()
    if (next === undefined) lent--
    else next()
  }

  /** The one used last, which the other side is the least likely to have closed. */
  function idleOne(): Item | undefined {
    for (let item = idle.pop(); item !== undefined; item = idle.pop()) {
      if (how.good(item)) return item
      how.destroy(item)
    }
    return undefined
  }

  return {
    async acquire() {
      if (lent < how.most) lent++
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        if (over) throw new Error('the pool is closed')
        const item = idleOne() ?? (await how.open())
        return {
          item,
          release(broken) {
            if (broken !== undefined || over) how.destroy(item)
            else idle.push(item)
            leave()
          },
        }
      } catch (error) {
        leave()
        throw error
      }
    },
    async end() {
      over = true
      await Promise.allSettled(idle.splice(0).map((item) => how.close(item)))
    },
  }
}
