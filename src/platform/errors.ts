// An error says what should happen next; whoever catches it looks at nothing else.

export type ProviderNext =
  /** Try the same call again, no earlier than `afterSeconds`. */
  | 'retry'
  /** The person must sign in at the provider again. */
  | 'reauthorize'
  /** This part is not readable (scope missing, membership lapsed): go on without it, try again in a day. */
  | 'skip'
  /** Trying again cannot help. */
  | 'give_up'

/** No limit of a provider lasts longer than a day; whoever names more is asked once a day. */
export const LONGEST_WAIT_SECONDS = 86_400

/** A provider did not do what we asked. `message` may reach a customer; `cause` only the log. */
export class ProviderError extends Error {
  readonly next: ProviderNext
  readonly afterSeconds: number | null
  readonly status: number | null
  /** The provider says that we ask too often: `afterSeconds` is its wait. */
  readonly rateLimited: boolean

  constructor(
    message: string,
    options: {
      next: ProviderNext
      afterSeconds?: number | null
      status?: number | null
      rateLimited?: boolean
      cause?: unknown
    },
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProviderError'
    this.next = options.next
    this.afterSeconds = options.afterSeconds == null ? null : Math.min(options.afterSeconds, LONGEST_WAIT_SECONDS)
    this.status = options.status ?? null
    this.rateLimited = options.rateLimited ?? false
  }
}

/** What the API answers. `code` is stable and listed in docs/errors.md. */
export class ApiError extends Error {
  readonly code: string
  readonly status: number
  readonly extra: Record<string, unknown>
  readonly headers: Record<string, string>

  constructor(
    code: string,
    status: number,
    message: string,
    options: { extra?: Record<string, unknown>; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ApiError'
    this.code = code
    this.status = status
    this.extra = options.extra ?? {}
    this.headers = options.headers ?? {}
  }
}

/** Something that only a mistake of ours can bring about. Fails the job at hand, never the process. */
export function assert(condition: unknown, message = 'assertion failed'): asserts condition {
  if (!condition) throw new Error(message)
}
