// Libraries that talk to other people's servers throw where nobody can catch it: in what a socket or a timer calls. Node ends the
// process at that. Here it is known for whom the library was at work, and whoever answers for it is told instead.
import { AsyncLocalStorage } from 'node:async_hooks'

export type Stray = (error: unknown) => void

const answering = new AsyncLocalStorage<Stray>()

/** What `run` begins, and all that follows from it: what is thrown there later, past everybody, goes to `stray`. */
export function answeringFor<T>(stray: Stray, run: () => T): T {
  return answering.run(stray, run)
}

/** For the process that serves: it ends, as without this, at what nobody answers for. */
export function catchStrays(): void {
  process.on('uncaughtException', (error) => {
    const stray = answering.getStore()
    if (stray !== undefined) return stray(error)
    console.error(error)
    process.exit(1)
  })
}
