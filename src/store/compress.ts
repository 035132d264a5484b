// Bodies at rest: zstd level 1 when it pays. The first byte tells how the rest is written.
import { zstdCompressSync, zstdDecompressSync, constants } from 'node:zlib'

const PLAIN = 0
const ZSTD = 1
const WORTHWHILE_BYTES = 1024
/** No body of ours is larger; a damaged or hostile one must not fill the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024
/** What comes out is small: a smaller buffer for it is made more quickly. */
const FAST = { chunkSize: 4096, params: { [constants.ZSTD_c_compressionLevel]: 1 } }
const FAST_LARGE = { chunkSize: 32_768, params: FAST.params }
const LARGE_BYTES = 32_768

const encoder = new TextEncoder()

/** In memory of their own, so that handing them to another thread copies nothing besides. */
export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content
}

export function packSync(content: string | Uint8Array): Uint8Array {
  const bytes = bytesOf(content)
  if (bytes.length < WORTHWHILE_BYTES) return Buffer.concat([Uint8Array.of(PLAIN), bytes])
  return Buffer.concat([Uint8Array.of(ZSTD), zstdCompressSync(bytes, bytes.length < LARGE_BYTES ? FAST : FAST_LARGE)])
}

export function unpackSync(packed: Uint8Array): Uint8Array {
  const rest = packed.subarray(1)
  if (packed[0] === PLAIN) return rest
  if (packed[0] === ZSTD) return zstdDecompressSync(rest, { maxOutputLength: MAX_UNPACKED_BYTES })
  throw new Error(`a stored body has the unknown encoding ${packed[0]}`)
}

export function unpackText(packed: Uint8Array): string {
  return Buffer.from(unpackSync(packed)).toString('utf8')
}

export function unpackJson(packed: Uint8Array): unknown {
  return JSON.parse(unpackText(packed))
}
