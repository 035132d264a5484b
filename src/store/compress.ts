// Bodies at rest: zstd level 1 when it pays. The first byte tells how the rest is written.
import type { ToPack } from './database.ts'
import { zstdPack, zstdUnpack } from './zstd.ts'

const PLAIN = 0
const ZSTD = 1
/** Several packed pieces, the length of each before it: what is stored twice is packed once. */
const PIECES = 2
const WORTHWHILE_BYTES = 1024
const LENGTH_BYTES = 4
/** No body of ours is larger; a damaged or hostile one must not fill the memory. */
const MAX_UNPACKED_BYTES = 256 * 1024 * 1024

const encoder = new TextEncoder()

/** In memory of their own, so that handing them to another thread copies nothing besides. */
export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? encoder.encode(content) : content
}

export function packSync(content: string | Uint8Array): Uint8Array {
  const bytes = bytesOf(content)
  if (bytes.length < WORTHWHILE_BYTES) return Buffer.concat([Uint8Array.of(PLAIN), bytes])
  return zstdPack(bytes, ZSTD)
}

/** What pieces became, for as long as somebody has the piece. */
const packed = new WeakMap<Uint8Array, Uint8Array>()

function packOnce(piece: Uint8Array): Uint8Array {
  let bytes = packed.get(piece)
  if (bytes === undefined) packed.set(piece, (bytes = packSync(piece)))
  return bytes
}

export function pack({ toPack: pieces }: ToPack): Uint8Array {
  if (pieces.length === 1) return packOnce(pieces[0]!)
  // Many small ones are smaller as one.
  if (!pieces.some((piece) => piece.length >= WORTHWHILE_BYTES)) return packSync(Buffer.concat(pieces))
  const chunks: Uint8Array[] = [Uint8Array.of(PIECES)]
  for (const piece of pieces) {
    const bytes = packOnce(piece)
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32LE(bytes.length)
    chunks.push(length, bytes)
  }
  return Buffer.concat(chunks)
}

export function unpackSync(body: Uint8Array): Uint8Array {
  const rest = body.subarray(1)
  if (body[0] === PLAIN) return rest
  if (body[0] === ZSTD) return zstdUnpack(rest)
  if (body[0] === PIECES) return unpackPieces(rest)
  throw new Error(`a stored body has the unknown encoding ${body[0]}`)
}

function unpackPieces(body: Uint8Array): Uint8Array {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const pieces: Uint8Array[] = []
  let size = 0
  for (let at = 0; at < bytes.length;) {
    const from = at + LENGTH_BYTES
    at = from > bytes.length ? from : from + bytes.readUInt32LE(at)
    if (at > bytes.length) throw new Error('a stored body is cut off')
    const piece = unpackSync(bytes.subarray(from, at))
    size += piece.length
    if (size > MAX_UNPACKED_BYTES) throw new Error('a stored body is too large')
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

export function unpackText(body: Uint8Array): string {
  return Buffer.from(unpackSync(body)).toString('utf8')
}

export function unpackJson(body: Uint8Array): unknown {
  return JSON.parse(unpackText(body))
}
