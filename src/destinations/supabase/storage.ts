// The bucket of a Supabase project, by its storage's REST API.
import type { HttpRequest, HttpResponse } from '../../platform/http.ts'
import { type OutgoingEvent, type SendResult, type World } from '../destination.ts'
import { keyInUrl } from '../objects/keys.ts'
import { refusedBy, unanswered } from '../objects/refusal.ts'
import type { PayloadStore } from '../sql/payload-store.ts'
import type { SupabaseSettings } from './index.ts'

const AT_A_TIME = 8
const REMOVED_AT_A_TIME = 500

/** The storage has two ways to name an error: `code`, and before that `error`, with a status in the body. */
const MEND: Record<string, string> = {
  NoSuchBucket: 'there is no such bucket and none could be made: create it as a private one',
  InvalidJWT: 'the service_key is wrong: set it anew',
  Unauthorized: 'the service_key is wrong: set it anew',
  AccessDenied: 'the service_key lacks a right: take the secret key, or that of the service_role',
  InvalidKey: 'the bucket takes no such names',
  InvalidMimeType: 'the bucket takes no application/json: allow it there',
  EntityTooLarge: 'the event is larger than the bucket takes: raise its limit, or set max_bytes here',
  DatabaseTimeout: 'its database is too slow',
  '401': 'the service_key is wrong: set it anew',
  '403': 'the service_key is wrong or lacks a right: take the secret key, or that of the service_role',
  '404': 'there is no storage at this project_url: correct it',
  '413': 'the event is larger than the bucket takes: raise its limit, or set max_bytes here',
}
const SAME: Record<string, string> = {
  'Bucket not found': 'NoSuchBucket',
  'invalid signature': 'InvalidJWT',
  'Payload too large': 'EntityTooLarge',
  Duplicate: 'ResourceAlreadyExists',
  BucketAlreadyExists: 'ResourceAlreadyExists',
}

export class StorageFailed extends Error {
  readonly result: SendResult

  constructor(result: SendResult, cause?: unknown) {
    super('the storage could not be used', { cause })
    this.result = result
  }
}

/** Rows wait for it, locked. */
export function storageOf(settings: SupabaseSettings, { http, clock }: World, requestMs: number): PayloadStore {
  const { bucket, service_key: key } = settings
  const { host, protocol } = new URL(settings.project_url)
  const base = `${protocol}//${host}/storage/v1`
  const where = `${host}, bucket ${bucket},`

  async function ask(request: HttpRequest): Promise<HttpResponse> {
    // Keys of the new kind are no tokens, but both kinds are taken in both places.
    const headers = { ...request.headers, apikey: key, authorization: `Bearer ${key}` }
    try {
      return await http.send({ ...request, headers, timeoutMs: requestMs, maxResponseBytes: 1_000_000 })
    } catch (error) {
      const result = unanswered(error)
      if (result.next !== 'retry') throw new StorageFailed(result, error)
      const message = `${result.message}: check project_url, and that the project is not paused`
      throw new StorageFailed({ ...result, message }, error)
    }
  }

  function refused(response: HttpResponse): StorageFailed {
    const code = codeOf(response)
    const advice = MEND[code ?? ''] ?? MEND[response.status]
    // Whoever else answers at the address has codes of its own.
    const mend = code === null || advice === undefined ? MEND : { [code]: advice }
    return new StorageFailed(refusedBy({ where, response, code, mend, now: clock.now() }))
  }

  async function makeBucket(): Promise<void> {
    const json = { id: bucket, name: bucket, public: false }
    const response = await ask({ method: 'POST', url: `${base}/bucket`, json })
    if (response.status !== 200 && codeOf(response) !== 'ResourceAlreadyExists') throw refused(response)
  }

  async function putOne({ id, body }: OutgoingEvent): Promise<void> {
    const upload = (): Promise<HttpResponse> =>
      ask({
        method: 'POST',
        url: `${base}/object/${bucket}/${keyInUrl(id)}`,
        headers: { 'content-type': 'application/json', 'x-upsert': 'true' },
        body,
      })
    let response = await upload()
    if (response.status !== 200 && codeOf(response) === 'NoSuchBucket') {
      await makeBucket()
      response = await upload()
    }
    if (response.status !== 200 || !('Key' in saidIn(response))) throw refused(response)
  }

  async function removeStored(ids: readonly string[]): Promise<void> {
    for (let i = 0; i < ids.length; i += REMOVED_AT_A_TIME) {
      const json = { prefixes: ids.slice(i, i + REMOVED_AT_A_TIME) }
      const response = await ask({ method: 'DELETE', url: `${base}/object/${bucket}`, json })
      const isDone = response.status === 200 && Array.isArray(saidIn(response))
      if (!isDone && codeOf(response) !== 'NoSuchBucket') throw refused(response)
    }
  }

  // A test of the destination is a healthcheck, and shall say whether the bucket can be used.
  const isOurs = (event: OutgoingEvent): boolean =>
    event.type === 'healthcheck' || event.body.byteLength > settings.inline_bytes

  return {
    async put(events) {
      const ours = events.filter(isOurs)
      for (let i = 0; i < ours.length; i += AT_A_TIME) await Promise.all(ours.slice(i, i + AT_A_TIME).map(putOne))
      return new Map(ours.map(({ id }) => [id, `${base}/object/authenticated/${bucket}/${keyInUrl(id)}`]))
    },
    remove: (events) => removeStored(events.filter(isOurs).map(({ id }) => id)),
    removeStored,
  }
}

function saidIn(response: HttpResponse): object {
  try {
    const said = response.json()
    return typeof said === 'object' && said !== null ? said : {}
  } catch {
    return {}
  }
}

function codeOf(response: HttpResponse): string | null {
  const { code, error } = saidIn(response) as { code?: unknown; error?: unknown }
  const name = typeof code === 'string' ? code : error
  return typeof name === 'string' ? (SAME[name] ?? name) : null
}
