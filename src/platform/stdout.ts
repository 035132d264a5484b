// The standard output for what is no log.
import type { Writable } from 'node:stream'

/** Resolves when whoever reads has taken it, or the pipe has: it is slow when they are. */
export function printer(stream: Writable): (text: Uint8Array) => Promise<void> {
  // Without a listener a reader that goes away would end the process.
  stream.on('error', () => undefined)
  return (text) =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => (error ? reject(error) : resolve()))
    })
}
