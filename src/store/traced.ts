// A step of a trace. Without a tracer the work runs as it is: nothing is made, nothing is asked.
import { ApiError, ProviderError } from '../platform/errors.ts'
import type { Span, SpanOptions } from '../platform/trace.ts'
import type { Context } from './context.ts'

/** `work` gets a context whose steps are children of this one. The parent is the context's own step unless one is named. */
export async function traced<T>(
  ctx: Context,
  name: string,
  options: SpanOptions,
  work: (ctx: Context, span: Span | null) => Promise<T>,
): Promise<T> {
  if (ctx.tracer === undefined) return work(ctx, null)
  const span = ctx.tracer.start(name, { parent: traceOf(ctx), ...options })
  try {
    const result = await work({ ...ctx, span }, span)
    span.end()
    return result
  } catch (error) {
    span.end(isOurs(error) ? errorName(error) : null)
    throw error
  }
}

/** The `traceparent` for what follows from what is done now; null when nobody traces. */
export function traceOf(ctx: Context): string | null {
  return ctx.span?.traceparent ?? null
}

/** A request that is wrong is no failure of the step that says so. */
function isOurs(error: unknown): boolean {
  return !(error instanceof ApiError) || error.status >= 500
}

/** Messages may quote what others said: names and codes do not. */
function errorName(error: unknown): string {
  if (error instanceof ApiError) return error.code
  if (error instanceof ProviderError) return `provider: ${error.next}`
  return error instanceof Error ? error.name : 'failed'
}
