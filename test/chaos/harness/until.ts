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

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
