// One page on its way to records. What cannot be read is kept for a mended mapping and counted; nothing is held up by it.
import type { Connector, MapContext, Mapped, Page, Piece } from '../connectors/connector.ts'
import { dropZeros } from '../connectors/never-zero.ts'
import type { Context } from '../store/context.ts'

/** One odd code can stand in every sample of a page, of which there are thousands: the log tells a few, the metrics count all. */
const MOST_TOLD = 20
const MOST_CODE_LENGTH = 100

export class PageMapping {
  readonly page: Page
  readonly #ctx: Context
  readonly #connector: Connector
  readonly #context: MapContext
  readonly #unreadable: Set<string>
  readonly #told = new Set<string>()

  constructor(
    ctx: Context,
    connector: Connector,
    page: Page,
    timeZone: string | null,
    receivedAt: number,
    /** The kinds of which something could not be read: added to. */
    unreadable: Set<string>,
  ) {
    if (connector.reads[page.kind] === undefined) throw new Error(`${connector.id} has no page kind ${page.kind}`)
    this.page = page
    this.#ctx = ctx
    this.#connector = connector
    this.#unreadable = unreadable
    this.#context = {
      request: page.request,
      timeZone,
      receivedAt,
      unknown: (table, code) => {
        ctx.metrics.unknownCodes.inc({ provider: connector.id, table })
        const unknownCode = code.slice(0, MOST_CODE_LENGTH)
        if (!this.#isNews(`${table} ${unknownCode}`)) return
        ctx.log.warn({ provider: connector.id, table, unknownCode }, 'a code that no table knows')
      },
      unreadable: (place, problem) => {
        unreadable.add(page.kind)
        ctx.metrics.unreadablePages.inc({ provider: connector.id, kind: page.kind })
        if (!this.#isNews(`${place} ${problem}`)) return
        ctx.log.error({ provider: connector.id, kind: page.kind, place, problem }, 'a document could not be mapped')
      },
    }
  }

  #isNews(said: string): boolean {
    if (this.#told.size === MOST_TOLD || this.#told.has(said)) return false
    this.#told.add(said)
    return true
  }

  get #read() {
    return this.#connector.reads[this.page.kind]!
  }

  get inPieces(): boolean {
    return this.#read.pieces !== undefined
  }

  /** Nothing where it cannot be read. */
  map(payload: unknown): Mapped[] {
    return this.#orNothing(() => dropZeros(this.#read.map(payload, this.#context)))
  }

  pieces(): Piece[] {
    return this.#orNothing(() => this.#read.pieces?.(this.page.payload, this.#context) ?? [])
  }

  #orNothing<Result>(read: () => Result[]): Result[] {
    try {
      return read()
    } catch (error) {
      const labels = { provider: this.#connector.id, kind: this.page.kind }
      this.#unreadable.add(this.page.kind)
      this.#ctx.metrics.unreadablePages.inc(labels)
      this.#ctx.log.error({ err: error, ...labels }, 'a page could not be mapped; it is kept')
      return []
    }
  }
}
