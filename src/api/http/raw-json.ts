// An answer that is JSON already: what is stored as such goes out as it is.

export class RawJson {
  readonly bytes: Uint8Array

  constructor(pieces: readonly (string | Uint8Array)[]) {
    this.bytes = Buffer.concat(pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece)))
  }

  /** For whoever wants to look into it. */
  parsed(): unknown {
    return JSON.parse(Buffer.from(this.bytes).toString('utf8'))
  }
}
