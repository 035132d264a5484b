// Bodies as objects of an S3 bucket.
import { awsSender } from '../platform/aws-request.ts'
import type { Clock } from '../platform/clock.ts'
import { type Http, HttpFailure, type HttpResponse } from '../platform/http.ts'
import { BodiesUnavailable, type BodyStore, type StoredBody } from '../store/bodies.ts'
import { type BucketSettings, placeOf } from './setting.ts'

const TIMEOUT_MS = 30_000
/** No body is larger. */
const MOST_BYTES = 256 * 1024 * 1024
const ANSWER_BYTES = 4 * 1024 * 1024
const DELETED_AT_A_TIME = 16

export function bucketBodies(settings: BucketSettings, { http, clock }: { http: Http; clock: Clock }): BodyStore {
  const { bucket, prefix, endpoint, region } = settings
  const place = placeOf(settings)
  const china = region.startsWith('cn-') ? '.cn' : ''
  const base = `${new URL(endpoint ?? `https://s3.${region}.amazonaws.com${china}`).origin}/${bucket}`
  const send = awsSender(
    { region, access_key_id: settings.accessKeyId, secret_access_key: settings.secretAccessKey },
    { http, clock },
  )

  async function ask(
    method: 'GET' | 'PUT' | 'DELETE',
    path: string,
    more: { body?: Uint8Array; most?: number } = {},
  ): Promise<HttpResponse> {
    const { body, most = ANSWER_BYTES } = more
    const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/octet-stream' }
    const request = { method, service: 's3' as const, url: `${base}${path}`, headers, timeoutMs: TIMEOUT_MS }
    try {
      return await send({ ...request, ...(body === undefined ? {} : { body }), maxResponseBytes: most })
    } catch (error) {
      if (error instanceof HttpFailure) throw new BodiesUnavailable(`${place}: ${error.message}`)
      throw error
    }
  }

  function refused(response: HttpResponse): BodiesUnavailable {
    const code = codeOf(response)
    const said = code === null ? String(response.status) : `${response.status}, ${code}`
    return new BodiesUnavailable(`${place} refused (${said}): see to the bucket, its keys (AWS_…) and their rights`)
  }

  const pathOf = (key: string): string => `/${prefix}${key}`
  return {
    place,
    async put(key, body) {
      const response = await ask('PUT', pathOf(key), { body })
      if (response.status !== 200) throw refused(response)
    },
    async get(key) {
      const response = await ask('GET', pathOf(key), { most: MOST_BYTES })
      if (response.status === 404 && codeOf(response) === 'NoSuchKey') return null
      if (response.status !== 200 || response.truncated) throw refused(response)
      return response.body
    },
    async delete(keys) {
      const waiting = [...keys]
      const work = async (): Promise<void> => {
        for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
          const response = await ask('DELETE', pathOf(key))
          const gone = response.status === 404 && codeOf(response) === 'NoSuchKey'
          if (response.status !== 204 && response.status !== 200 && !gone) throw refused(response)
        }
      }
      await Promise.all(Array.from({ length: Math.min(DELETED_AT_A_TIME, waiting.length) }, work))
    },
    async *list(under, after = '') {
      for (let last = after; ;) {
        const query = new URLSearchParams({ 'list-type': '2', prefix: `${prefix}${under}` })
        if (last !== '') query.set('start-after', `${prefix}${last}`)
        const response = await ask('GET', `?${query}`)
        if (response.status !== 200 || response.truncated) throw refused(response)
        const found = [...response.text().matchAll(/<Contents>(.*?)<\/Contents>/gs)].map(([, about]) =>
          listed(about!, prefix),
        )
        if (found.length === 0) return
        yield found
        last = found.at(-1)!.key
      }
    },
  }
}

function listed(xml: string, prefix: string): StoredBody {
  const [, key = ''] = /<Key>([^<]*)<\/Key>/.exec(xml) ?? []
  const [, written = ''] = /<LastModified>([^<]*)<\/LastModified>/.exec(xml) ?? []
  return { key: key.slice(prefix.length), writtenAt: Date.parse(written) }
}

/** Codes are names; anything else could be somebody's words. */
function codeOf(response: HttpResponse): string | null {
  return /<Code>([A-Za-z0-9.]{1,80})<\/Code>/.exec(response.text())?.[1] ?? null
}
