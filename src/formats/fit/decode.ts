// FIT's container, read as it streams in: headers, definitions, messages, checksums. Knows no message by name.
import { crc16 } from './crc.ts'
import { type FitValue, readValue } from './values.ts'

export interface FitMessage {
  /** The global message number (20 is a record). */
  number: number
  /** By field number. Fields that the device left empty are null; developer fields are not here. */
  fields: ReadonlyMap<number, FitValue>
}

export type FitItem =
  /** A file begins; several may follow each other in one stream. */
  | { what: 'file' }
  | { what: 'message'; message: FitMessage }
  /** What could not be trusted or read. What was decoded until then stands. */
  | { what: 'warning'; text: string }

/** These bytes are no FIT file. */
export class NoFitFile extends Error {
  constructor(problem: string) {
    super(`this is no FIT file: ${problem}`)
    this.name = 'NoFitFile'
  }
}

interface Field {
  number: number
  size: number
  baseType: number
}

interface Definition {
  number: number
  little: boolean
  fields: Field[]
  /** Of developer fields: only skipped. */
  developerBytes: number
  bytes: number
}

/** The warning that takes nothing away: every message was there. */
export const WRONG_CHECKSUM = 'the checksum is wrong'

const TIMESTAMP = 253
const CRC_BYTES = 2

/** The shape `.FIT` has at offset 8 of its header. */
export function looksLikeFit(bytes: Uint8Array): boolean {
  return bytes.length >= 12 && Buffer.from(bytes.subarray(8, 12)).toString('latin1') === '.FIT'
}

/** Takes a stream piece by piece and never holds more than one message and the piece. */
export class FitDecoder {
  #bytes: Buffer = Buffer.alloc(0)
  #at = 0
  #files = 0
  /** Bytes of data left in the file that is being read; null between files. */
  #left: number | null = null
  #crc = 0
  #definitions = new Map<number, Definition>()
  #lastTimestamp: number | null = null
  #over = false

  #take(length: number): void {
    this.#crc = crc16(this.#bytes.subarray(this.#at, this.#at + length), this.#crc)
    this.#at += length
    this.#left! -= length
  }

  /** Throws NoFitFile when the stream does not begin with a FIT header. */
  *push(chunk: Uint8Array): Generator<FitItem> {
    if (this.#over) return
    const rest = this.#bytes.subarray(this.#at)
    this.#bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    this.#at = 0
    yield* this.#read()
  }

  *end(): Generator<FitItem> {
    if (this.#over) return
    this.#over = true
    const rest = this.#bytes.length - this.#at
    if (this.#files === 0) throw new NoFitFile(rest === 0 ? 'it is empty' : 'its header is cut off')
    if (this.#left !== null) yield { what: 'warning', text: 'the file is cut off' }
    else if (rest > 0) yield { what: 'warning', text: `${rest} bytes after the end are no FIT file` }
  }

  *#read(): Generator<FitItem> {
    while (!this.#over) {
      if (this.#left === null) {
        const begun = this.#header()
        if (begun === 'more') return
        if (begun === 'broken') {
          this.#over = true
          yield { what: 'warning', text: 'what follows the first file is no FIT file' }
          return
        }
        yield { what: 'file' }
      } else if (this.#left === 0) {
        if (this.#bytes.length - this.#at < CRC_BYTES) return
        const said = this.#bytes.readUInt16LE(this.#at)
        this.#at += CRC_BYTES
        if (said !== this.#crc) yield { what: 'warning', text: WRONG_CHECKSUM }
        this.#left = null
      } else {
        const item = this.#record()
        if (item === 'more') return
        if (item !== null) yield item
        if (item?.what === 'warning') this.#over = true
      }
    }
  }

  #header(): 'begun' | 'more' | 'broken' {
    const bytes = this.#bytes.subarray(this.#at)
    if (bytes.length === 0) return 'more'
    const size = bytes[0]!
    if (size < 12) return this.#noHeader('its header has no size')
    if (bytes.length < 12) return 'more'
    if (!looksLikeFit(bytes)) return this.#noHeader('the mark .FIT is missing')
    if (bytes.length < size) return 'more'
    this.#left = bytes.readUInt32LE(4)
    this.#crc = crc16(bytes.subarray(0, size))
    this.#at += size
    this.#files++
    this.#definitions = new Map()
    this.#lastTimestamp = null
    return 'begun'
  }

  #noHeader(problem: string): 'broken' {
    if (this.#files === 0) throw new NoFitFile(problem)
    return 'broken'
  }

  /** One definition (null) or message; `more` when it has not come in whole. */
  #record(): FitItem | null | 'more' {
    const left = this.#bytes.length - this.#at
    if (left < 1) return 'more'
    const head = this.#bytes[this.#at]!
    const compressed = (head & 0x80) !== 0
    if (!compressed && (head & 0x40) !== 0) return this.#definition(head)
    const local = compressed ? (head >> 5) & 0x03 : head & 0x0f
    const definition = this.#definitions.get(local)
    if (definition === undefined) return { what: 'warning', text: 'a message comes before its definition' }
    const length = 1 + definition.bytes + definition.developerBytes
    if (length > this.#left!) return { what: 'warning', text: 'a message is longer than the file' }
    if (left < length) return 'more'
    const message = this.#message(definition, this.#at + 1, compressed ? head & 0x1f : null)
    this.#take(length)
    return { what: 'message', message }
  }

  #definition(head: number): FitItem | null | 'more' {
    const left = this.#bytes.length - this.#at
    if (left < 6) return 'more'
    const at = this.#at
    const count = this.#bytes[at + 5]!
    const developers = (head & 0x20) !== 0
    let length = 6 + 3 * count
    if (left < length + (developers ? 1 : 0)) return 'more'
    const developerCount = developers ? this.#bytes[at + length]! : 0
    const developersAt = at + length + 1
    if (developers) length += 1 + 3 * developerCount
    if (length > this.#left!) return { what: 'warning', text: 'a definition is longer than the file' }
    if (left < length) return 'more'
    const little = this.#bytes[at + 2] === 0
    const fields = Array.from({ length: count }, (_, i) => ({
      number: this.#bytes[at + 6 + 3 * i]!,
      size: this.#bytes[at + 7 + 3 * i]!,
      baseType: this.#bytes[at + 8 + 3 * i]!,
    }))
    let developerBytes = 0
    for (let i = 0; i < developerCount; i++) developerBytes += this.#bytes[developersAt + 3 * i + 1]!
    this.#definitions.set(head & 0x0f, {
      number: little ? this.#bytes.readUInt16LE(at + 3) : this.#bytes.readUInt16BE(at + 3),
      little,
      fields,
      developerBytes,
      bytes: fields.reduce((sum, field) => sum + field.size, 0),
    })
    this.#take(length)
    return null
  }

  #message(definition: Definition, start: number, timeOffset: number | null): FitMessage {
    const { buffer, byteOffset, length } = this.#bytes
    const view = new DataView(buffer, byteOffset, length)
    const fields = new Map<number, FitValue>()
    let at = start
    for (const field of definition.fields) {
      const value = readValue(view, at, field, definition.little)
      if (value !== undefined) fields.set(field.number, value)
      at += field.size
    }
    const timestamp = fields.get(TIMESTAMP)
    if (typeof timestamp === 'number') this.#lastTimestamp = timestamp
    else if (timeOffset !== null && this.#lastTimestamp !== null) {
      // Five bits of time: they run on from the last whole timestamp and wrap every 32 seconds.
      this.#lastTimestamp += (timeOffset - (this.#lastTimestamp & 0x1f)) & 0x1f
      fields.set(TIMESTAMP, this.#lastTimestamp)
    }
    return { number: definition.number, fields }
  }
}

/** All of a file that is in memory anyway. */
export function* decodeFit(bytes: Uint8Array): Generator<FitItem> {
  const decoder = new FitDecoder()
  yield* decoder.push(bytes)
  yield* decoder.end()
}
