// What a test leaves is taken away in the reverse order of its making: nothing is unmounted under a server that runs.
import type { TestContext } from 'node:test'

const steps = new WeakMap<TestContext, (() => unknown)[]>()

export function atEnd(t: TestContext, step: () => unknown): void {
  const present = steps.get(t)
  if (present !== undefined) {
    present.push(step)
    return
  }
  const mine = [step]
  steps.set(t, mine)
  t.after(async () => {
    for (const each of mine.reverse()) await each()
  })
}
