// zstd with one context for all bodies of a thread: to make a context takes three times as long as to pack a body with it.
// Node has no public call for that. So the inside of its streams is used where it is as known here; elsewhere, for what is
// large and for whatever does not go through at once, its public functions do the work.
import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompressSync,
  zstdDecompressSync,
  type ZstdCompress,
  type ZstdDecompress,
} from 'node:zlib'

const FASTEST = { params: { [constants.ZSTD_c_compressionLevel]: 1 } }
/** A context grows with what goes through it, and for larger ones it hardly counts. */
const MOST_BYTES = 128 * 1024
/** What cannot be made smaller becomes larger by a header for each block. */
const ROOM_BYTES = MOST_BYTES + 1024
/** No body of ours is larger; a damaged or hostile one must not fill the memory. */
const MOST_UNPACKED_BYTES = 256 * 1024 * 1024
const MAGIC = 0xfd2fb528

/** What Node's streams are made of (lib/zlib.js, `processChunkSync`). */
interface Inside {
  _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputAt: number,
      inputBytes: number,
      output: Uint8Array,
      outputAt: number,
      outputBytes: number,
    ): void
  }
  /** After a call: the room that is left in the output, and the bytes that are left of the input. */
  _writeState: Uint32Array
}

const UNTOLD = 0xffffffff

class Kept {
  readonly #make: () => ZstdCompress | ZstdDecompress
  #stream: (ZstdCompress | ZstdDecompress) | null = null

  constructor(make: () => ZstdCompress | ZstdDecompress) {
    this.#make = make
  }

  /** The room that is left in `output` when all of `input` went through; null when not, and then nothing is kept of it. */
  through(input: Uint8Array, output: Uint8Array, at: number): number | null {
    this.#stream ??= this.#make().on('error', () => {})
    const { _handle: handle, _writeState: state } = this.#stream as unknown as Partial<Inside>
    if (typeof handle?.writeSync !== 'function' || !(state instanceof Uint32Array)) return null
    state.fill(UNTOLD)
    handle.writeSync(constants.ZSTD_e_end, input, 0, input.length, output, at, output.length - at)
    const [roomLeft, inputLeft] = state
    if (inputLeft === 0) return roomLeft!
    this.renew()
    return null
  }

  renew(): void {
    this.#stream?.close()
    this.#stream = null
  }
}

const packing = new Kept(() => createZstdCompress(FASTEST))
const unpacking = new Kept(() => createZstdDecompress())
let packed: Buffer | null = null

/** One frame behind a first byte, which says what comes. */
export function zstdPack(bytes: Uint8Array, firstByte: number): Uint8Array {
  if (bytes.length <= MOST_BYTES) {
    packed ??= Buffer.allocUnsafeSlow(ROOM_BYTES)
    packed[0] = firstByte
    const room = packing.through(bytes, packed, 1)
    if (room !== null && room > 0) return Buffer.from(packed.subarray(0, ROOM_BYTES - room))
    packing.renew()
  }
  return Buffer.concat([Uint8Array.of(firstByte), zstdCompressSync(bytes, FASTEST)])
}

/** Throws when it is damaged, or larger than any body may be. */
export function zstdUnpack(frame: Uint8Array): Uint8Array {
  const size = contentSize(frame)
  if (size !== null && size <= MOST_BYTES) {
    // In memory of its own: it may go on to another thread.
    const content = Buffer.allocUnsafeSlow(size)
    if (unpacking.through(frame, content, 0) === 0) return content
    unpacking.renew()
  }
  const chunkSize = Math.min(Math.max(16_384, size ?? frame.length * 12), 1_048_576)
  return zstdDecompressSync(frame, { chunkSize, maxOutputLength: MOST_UNPACKED_BYTES })
}

/** What the frame says of itself (RFC 8878, 3.1.1.1); null when it does not say it, or is none. */
function contentSize(frame: Uint8Array): number | null {
  if (frame.length < 16) return null
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length)
  if (view.getUint32(0, true) !== MAGIC) return null
  const descriptor = view.getUint8(4)
  const isSingleSegment = (descriptor & 0x20) !== 0
  const at = 5 + (isSingleSegment ? 0 : 1) + [0, 1, 2, 4][descriptor & 3]!
  const sizeFlag = descriptor >> 6
  if (sizeFlag === 0) return isSingleSegment ? view.getUint8(at) : null
  if (sizeFlag === 1) return view.getUint16(at, true) + 256
  return sizeFlag === 2 ? view.getUint32(at, true) : null
}
