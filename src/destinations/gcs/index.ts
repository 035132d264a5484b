// Events as objects of a bucket in Google Cloud Storage, over its own JSON API.
import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineDestination, rejected, type SendResult, type World } from '../destination.ts'
import { endpointSetting } from '../objects/endpoint.ts'
import { refusedBy, unanswered } from '../objects/refusal.ts'
import {
  objectDelivery,
  objectSender,
  objectSettings,
  type PutObject,
  stored,
  type StoredObject,
} from '../objects/sender.ts'
import { readServiceAccount, serviceAccountSetting, tokensOf } from './service-account.ts'

const RIGHTS =
  'the service account lacks a right: it needs storage.objects.create and, to replace objects, storage.objects.delete on the bucket (roles/storage.objectAdmin has both)'
const KEPT = 'objects may not be replaced there: choose keys: unique, or batches'
const MEND: Record<string, string> = {
  notFound: 'there is no such bucket: create it, or correct its name',
  forbidden: RIGHTS,
  insufficientPermissions: RIGHTS,
  authError: 'it does not take the token: set the service account key anew',
  accountDisabled: 'the account of the bucket is disabled: see to its billing',
  userProjectMissing: 'the bucket wants requesters to pay, which is not supported: switch that off',
  retentionPolicyNotMet: KEPT,
  objectUnderActiveHold: KEPT,
  '401': 'it does not take the token: set the service account key anew',
  '403': RIGHTS,
  '404': 'there is no such bucket: create it, or correct its name',
}

export const GcsSettings = z.object({
  bucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{1,221}$/, { error: 'must be the name of a bucket, without a path or a URL' })
    .describe('The bucket; it exists already.'),
  service_account: serviceAccountSetting
    .meta({ secret: true, multiline: true })
    .describe('The JSON file of a key of a service account that may create and delete objects in the bucket.'),
  endpoint: endpointSetting
    .default('https://storage.googleapis.com')
    .describe('Another address of the API, such as a private one.'),
  ...objectSettings,
})
export type GcsSettings = z.infer<typeof GcsSettings>

export const gcs = defineDestination({
  id: 'gcs',
  name: 'Google Cloud Storage',
  description: 'Objects in a bucket of Google, with a service account.',
  settings: GcsSettings,
  reaches: ({ endpoint, service_account }) => ({
    endpoint: [endpoint],
    service_account: [readServiceAccount(service_account).token_uri],
  }),
  target: ({ bucket, prefix, endpoint }) => `${new URL(endpoint).host}/${bucket}/${prefix}`,
  ...objectDelivery,
  open: (settings, world) => objectSender(settings, putTo(settings, world)),
})

function putTo({ bucket, service_account, endpoint }: GcsSettings, { http, clock }: World): PutObject {
  const tokens = tokensOf(readServiceAccount(service_account), { http, clock })
  const { host, origin } = new URL(endpoint)
  const where = `${host}, bucket ${bucket},`
  const url = `${origin}/upload/storage/v1/b/${bucket}/o?uploadType=multipart&fields=name`

  async function put(object: StoredObject, timeoutMs: number): Promise<{ result: SendResult; refused: string | null }> {
    const startedAt = performance.now()
    const token = await tokens.token(timeoutMs)
    if (typeof token !== 'string') return { result: token, refused: null }
    const response = await http.send({
      method: 'POST',
      url,
      ...upload(object, token),
      timeoutMs: Math.max(1, timeoutMs - (performance.now() - startedAt)),
      maxResponseBytes: 8192,
    })
    const said = jsonOf(response.text())
    if (response.status === 200 && Named.safeParse(said).data?.name === object.key) {
      return { result: stored(200, `${bucket}/${object.key}`), refused: null }
    }
    const code = Refused.safeParse(said).data?.error.errors?.[0]?.reason ?? null
    const result =
      response.status === 413 || code === 'uploadTooLarge'
        ? rejected(`${where} does not take an object of this size`)
        : refusedBy({ where, response, code, mend: MEND, now: clock.now() })
    return { result, refused: response.status === 401 ? token : null }
  }

  return async (object, timeoutMs) => {
    const startedAt = performance.now()
    try {
      const first = await put(object, timeoutMs)
      if (first.refused === null) return first.result
      // Tokens can end before their time.
      tokens.forget(first.refused)
      return (await put(object, Math.max(1, timeoutMs - (performance.now() - startedAt)))).result
    } catch (error) {
      return unanswered(error)
    }
  }
}

/** What it is called and what is in it, in one request. With its digest, so that what arrives changed is refused. */
function upload({ key, body, contentType, metadata }: StoredObject, token: string) {
  const about = { name: key, contentType, metadata, md5Hash: createHash('md5').update(body).digest('base64') }
  const boundary = `loam-${randomUUID()}`
  const head = `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(about)}\r\n`
  return {
    headers: { authorization: `Bearer ${token}`, 'content-type': `multipart/related; boundary=${boundary}` },
    body: Buffer.concat([
      Buffer.from(`${head}--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`),
      body,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  }
}

/** As `fields` asks for. */
const Named = z.object({ name: z.string() })
const Refused = z.object({ error: z.object({ errors: z.array(z.object({ reason: z.string() })).optional() }) })

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
