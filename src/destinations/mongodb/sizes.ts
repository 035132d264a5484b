// mongodb 7.9 takes a message of no bytes for one, and so would hand out messages without end, until the memory is full: a server that
// begins with four zeros would end the process. The smallest message is its header; what says less is refused as a negative size is.
// Goes when the library refuses it itself.
import { createRequire } from 'node:module'

interface BufferPool {
  getInt32(): number | null
}

const SMALLEST_BYTES = 16

let isDone = false

export function refuseImpossibleSizes(): void {
  if (isDone) return
  isDone = true
  const { BufferPool } = createRequire(import.meta.url)('mongodb/lib/utils.js') as {
    BufferPool: { prototype: BufferPool }
  }
  const { getInt32 } = BufferPool.prototype
  BufferPool.prototype.getInt32 = function () {
    const size = getInt32.call(this)
    return size !== null && size < SMALLEST_BYTES ? -1 : size
  }
}
