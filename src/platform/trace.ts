// Traces, when somebody wants them: spans that know their parent by a W3C `traceparent`, kept in a bounded buffer and sent as
// OTLP over HTTP. Ids, counts, kinds and outcomes; never a value, a secret, or a URL with its query.
import { randomBytes } from 'node:crypto'

export type Attributes = Record<string, string | number | boolean | null>

const KINDS = { internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const

export interface SpanOptions {
  kind?: keyof typeof KINDS
  /** The `traceparent` of what caused it; a trace begins without one. */
  parent?: string | null
  attributes?: Attributes
}

export interface Span {
  /** For what follows from it. */
  readonly traceparent: string
  set(attributes: Attributes): void
  /** Once. `error`: what failed, in a word or two. */
  end(error?: string | null): void
}

export interface Tracer {
  start(name: string, options?: SpanOptions): Span
}

/** A span that has ended, as OTLP's JSON spells it. */
export interface EndedSpan {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  kind: number
  startTimeUnixNano: string
  endTimeUnixNano: string
  attributes: { key: string; value: OtlpValue }[]
  status: { code: 0 | 2; message?: string }
}
export type OtlpValue =
  | { stringValue: string }
  | { intValue: string }
  | { doubleValue: number }
  | { boolValue: boolean }

/** `ratio` of the traces that begin here are kept; those that began elsewhere are kept when they are there. */
export function createTracer(ratio: number, ended: (span: EndedSpan) => void): Tracer {
  return {
    start(name, { kind = 'internal', parent = null, attributes = {} } = {}) {
      const from = parent === null ? null : readTraceparent(parent)
      const traceId = from?.traceId ?? randomBytes(16).toString('hex')
      const spanId = randomBytes(8).toString('hex')
      const isKept = from?.isKept ?? isAmong(traceId, ratio)
      const startedAt = Date.now()
      const beganAt = performance.now()
      const all = { ...attributes }
      let isOpen = true
      return {
        traceparent: `00-${traceId}-${spanId}-${isKept ? '01' : '00'}`,
        set: (more) => void Object.assign(all, more),
        end(error = null) {
          if (!isOpen) return
          isOpen = false
          if (!isKept) return
          ended({
            traceId,
            spanId,
            ...(from !== null && { parentSpanId: from.spanId }),
            name,
            kind: KINDS[kind],
            startTimeUnixNano: nanos(startedAt),
            endTimeUnixNano: nanos(startedAt + performance.now() - beganAt),
            attributes: otlpAttributes(all),
            status: error === null ? { code: 0 } : { code: 2, message: error },
          })
        },
      }
    },
  }
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/

/** Null for what is none: a trace begins then. */
export function readTraceparent(text: string): { traceId: string; spanId: string; isKept: boolean } | null {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(text) ?? []
  if (traceId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId!)) return null
  return { traceId, spanId: spanId!, isKept: (Number.parseInt(flags!, 16) & 1) === 1 }
}

/** The same answer for the same trace, wherever it is asked. */
function isAmong(traceId: string, ratio: number): boolean {
  return Number.parseInt(traceId.slice(-12), 16) < ratio * 2 ** 48
}

function nanos(ms: number): string {
  return (BigInt(Math.round(ms * 1000)) * 1000n).toString()
}

export function otlpAttributes(attributes: Attributes): EndedSpan['attributes'] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: otlpValue(value) }],
  )
}

function otlpValue(value: string | number | boolean): OtlpValue {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value }
}
