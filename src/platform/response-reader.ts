// One answer of undici, read within its time and size.
import type { Dispatcher } from 'undici'
import type { HttpRequest, HttpResponse } from './http.ts'
import { parseJson } from './json.ts'

const DEFAULT_MAX_BYTES = 32 * 1024 * 1024
const PASSED_OVER_BYTES = 64 * 1024

/** Errors after which the other side had begun to answer. */
const answered = new WeakSet<object>()

export function wasAnswered(error: unknown): boolean {
  return typeof error === 'object' && error !== null && answered.has(error)
}

export class Late extends Error {
  /** It had a connection. */
  readonly isBegun: boolean

  constructor(isBegun: boolean) {
    super('the time is up')
    this.isBegun = isBegun
  }
}

export class ResponseReader implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: HttpResponse) => void
  readonly #reject: (error: Error) => void
  readonly #maxBytes: number
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | null = null
  #late: Late | null = null
  #status = 0
  #headers: Record<string, string> = {}
  #kept = 0
  #passed = 0

  constructor(
    request: HttpRequest,
    timeoutMs: number,
    resolve: (response: HttpResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#resolve = resolve
    this.#reject = reject
    this.#maxBytes = request.maxResponseBytes ?? DEFAULT_MAX_BYTES
    this.#timer = setTimeout(() => {
      this.#late = new Late(this.#controller !== null)
      this.#controller?.abort(this.#late)
      this.onResponseError(null, this.#late)
    }, request.timeoutMs ?? timeoutMs)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // It waited for a free connection until its time was up.
    if (this.#late !== null) controller.abort(this.#late)
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // What an early answer (103) says is not of the final one, which follows it.
    if (this.#status !== 0) this.#headers = {}
    this.#status = status
    for (const name in headers) {
      const value = headers[name]
      if (value !== undefined) this.#headers[name] = Array.isArray(value) ? value.join(', ') : value
    }
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.#maxBytes - this.#kept
    if (room > 0) this.#chunks.push(chunk.length <= room ? chunk : chunk.subarray(0, room))
    this.#kept += Math.min(chunk.length, Math.max(0, room))
    this.#passed += chunk.length
    // A little more is read and dropped: the connection can be used again.
    if (this.#passed <= this.#maxBytes + PASSED_OVER_BYTES) return
    this.onResponseEnd()
    controller.abort(new Error('the answer is too large'))
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer)
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    this.#resolve({
      status: this.#status,
      headers: this.#headers,
      body,
      truncated: this.#passed > this.#kept,
      text: () => body.toString('utf8'),
      json: () => parseJson(body.toString('utf8')),
    })
  }

  onResponseError(_: unknown, error: Error): void {
    clearTimeout(this.#timer)
    if (this.#status !== 0) answered.add(error)
    this.#reject(error)
  }
}
