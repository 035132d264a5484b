import assert from 'node:assert/strict'

/** Asks again and again; what cannot be asked just now is no yes. */
export async function until(
  probe: () => boolean | Promise<boolean>,
  problem: string | (() => string),
  withinMs = 120_000,
): Promise<void> {
  const end = Date.now() + withinMs
  for (;;) {
    if (await (async () => probe())().catch(() => false)) return
    if (Date.now() > end) assert.fail(typeof problem === 'string' ? problem : problem())
    await pause(50)
  }
}

/** As long as it becomes less: a long run leaves much, and a busy machine takes its time. */
export async function untilNone(
  left: () => number | Promise<number>,
  problem: () => string,
  patienceMs = 120_000,
): Promise<void> {
  let least = Number.POSITIVE_INFINITY
  let end = Date.now() + patienceMs
  for (;;) {
    const began = Date.now()
    const now = await (async () => left())().catch(() => Number.POSITIVE_INFINITY)
    if (now === 0) return
    if (now < least) end = Date.now() + patienceMs
    else if (Date.now() > end) assert.fail(problem())
    least = Math.min(least, now)
    // Who counts much leaves the receiver, which is in this process, most of the time.
    await pause(50 + 5 * (Date.now() - began))
  }
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
