// One declaration of an endpoint gives its route, its validation and its entry in the OpenAPI document.
import type { z } from 'zod'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/**
 * Who may call: `apiKey` an environment's dev-id and API key; `devId` anyone, a dev-id narrows the answer; `none` anyone;
 * `admin` the admin token or a dashboard session, for one environment; `instance` the same, for the whole installation.
 */
export type Auth = 'apiKey' | 'devId' | 'none' | 'admin' | 'instance'

type EnvironmentOf<A extends Auth> = A extends 'apiKey' | 'admin'
  ? EnvironmentRow
  : A extends 'devId'
    ? EnvironmentRow | null
    : null

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<string, never>

export interface Call<A extends Auth = Auth, P = unknown, Q = unknown, B = unknown> {
  ctx: Context
  environment: EnvironmentOf<A>
  params: P
  query: Q
  body: B
  /** This call's `terra-reference`. */
  reference: string
  /** From where it comes; null without a socket. */
  client: string | null
  /** As it came, its body unread unless the operation has a body schema. */
  request: Request
}

export interface ResponseSpec {
  description: string
  schema?: z.ZodType
  /** `application/json` unless told; several where the caller chooses. */
  contentType?: string | readonly string[]
}

export interface Operation {
  /** `ALL` answers every method; the document shows it as POST. */
  method: Method | 'ALL'
  /** Below the mount point, with `{name}` for parameters. */
  path: string
  /** `operationId`: unique. */
  id: string
  summary: string
  description?: string
  tags: readonly string[]
  auth: Auth
  /** What a wrong or unknown credential answers, where it is not 401. */
  wrongCredentials?: { status: 403 | 404; message: string; when: 'wrong' | 'unknown dev-id' }
  params?: z.ZodObject
  query?: z.ZodObject
  body?: z.ZodType
  /** Of success; the errors that every operation can answer are added. */
  responses: Record<number, ResponseSpec>
  /** Status codes of errors that need a word of explanation. */
  errors?: Record<number, string>
  /** A GET that starts work: HEAD, by which people only look, is refused. */
  startsWork?: true
  handler(call: Call): Promise<unknown>
}

/** An answer that is not 200 with JSON. A null body is none at all. */
export class Reply {
  readonly status: number
  readonly body: unknown
  readonly headers: Record<string, string>

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

export function operation<
  A extends Auth,
  P extends z.ZodObject | undefined = undefined,
  Q extends z.ZodObject | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
>(
  definition: Omit<Operation, 'auth' | 'params' | 'query' | 'body' | 'handler'> & {
    auth: A
    params?: P
    query?: Q
    body?: B
    /** What it returns is the JSON of a 200, unless it is a Reply or a Response. */
    handler(call: Call<A, Parsed<P>, Parsed<Q>, Parsed<B>>): Promise<unknown>
  },
): Operation {
  return definition as unknown as Operation
}
