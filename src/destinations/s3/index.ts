// Events as objects of a bucket in S3 or in what speaks its protocol.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { awsSender } from '../../platform/aws-request.ts'
import { defineDestination, rejected, type World } from '../destination.ts'
import { endpointSetting } from '../objects/endpoint.ts'
import { keyInUrl } from '../objects/keys.ts'
import { refusedBy, unanswered } from '../objects/refusal.ts'
import { objectDelivery, objectSender, objectSettings, type PutObject, stored } from '../objects/sender.ts'
import { tlsSettings } from '../tls.ts'

const MEND: Record<string, string> = {
  NoSuchBucket: 'there is no such bucket: create it, or correct its name',
  AccessDenied: 'the access key lacks a right: it needs s3:PutObject on the bucket',
  InvalidAccessKeyId: 'it does not know this access_key_id: correct it',
  SignatureDoesNotMatch: 'the secret_access_key is wrong: set it anew',
  AuthorizationHeaderMalformed: 'the region is another one: correct it',
  PermanentRedirect: 'the bucket is in another region: correct the region or the endpoint',
  TemporaryRedirect: 'the bucket is in another region, or too new: correct the region, or wait',
  RequestTimeTooSkewed: 'the clocks differ: set the clock of this server',
  InvalidBucketName: 'no bucket can be called that: correct the name',
  KeyTooLongError: 'the key is too long: take a shorter prefix',
  '301': 'the bucket is in another region: correct the region or the endpoint',
  '404': 'there is no such bucket: create it, or correct its name',
}

export const S3Settings = z.object({
  bucket: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{1,221}$/, { error: 'must be the name of a bucket, without a path or a URL' })
    .describe('The bucket; it exists already.'),
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, { error: 'must be a region such as eu-central-1, or auto' })
    .default('us-east-1')
    .describe('Where the bucket is. Cloudflare R2 and Google: auto.'),
  endpoint: endpointSetting
    .nullable()
    .default(null)
    .describe('Of anything but AWS, such as https://storage.googleapis.com. Empty: AWS, in the region.'),
  path_style: z
    .boolean()
    .default(true)
    .describe('The bucket stands in the path. Off: in front of the host, which some servers want.'),
  access_key_id: z.string().trim().min(1).max(255).describe('Of a user or service that may put objects.'),
  secret_access_key: z.string().min(1).max(1024).meta({ secret: true }).describe('Belongs to the access key.'),
  ca_certificate: tlsSettings.ca_certificate,
  ...objectSettings,
})
export type S3Settings = z.infer<typeof S3Settings>

export const s3 = defineDestination({
  id: 's3',
  name: 'S3',
  description: 'Objects in a bucket of AWS, Cloudflare R2, MinIO, Google or anything like it.',
  settings: S3Settings,
  reaches: ({ endpoint }) => ({ endpoint: endpoint === null ? [] : [endpoint] }),
  target: ({ bucket, prefix, endpoint, region }) =>
    `${endpoint === null ? `s3 ${region}` : new URL(endpoint).host}/${bucket}/${prefix}`,
  ...objectDelivery,
  open: (settings, world) => objectSender(settings, putTo(settings, world)),
})

function putTo(settings: S3Settings, { http, clock }: World): PutObject {
  const send = awsSender(
    settings,
    { http, clock },
    settings.ca_certificate === null ? undefined : { ca: settings.ca_certificate },
  )
  const base = bucketUrl(settings)
  const where = `${new URL(base).host}, bucket ${settings.bucket},`
  return async ({ key, body, contentType, metadata }, timeoutMs) => {
    const named = Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
    // A bucket that locks objects takes none without a digest, and MD5 is the one that every server knows.
    const digest = createHash('md5').update(body).digest('base64')
    const headers = { 'content-type': contentType, 'content-md5': digest, ...Object.fromEntries(named) }
    const url = `${base}/${keyInUrl(key)}`
    try {
      const response = await send({
        method: 'PUT',
        service: 's3',
        url,
        headers,
        body,
        timeoutMs,
        maxResponseBytes: 8192,
      })
      // With its digest: anybody can say 200.
      if (response.status === 200 && response.headers.etag !== undefined)
        return stored(200, `${settings.bucket}/${key}`)
      const code = /<Code>([^<]*)<\/Code>/.exec(response.text())?.[1] ?? null
      if (code === 'EntityTooLarge') return rejected(`${where} does not take an object of this size (${code})`)
      // AWS names the right, which may be one to the key that encrypts the bucket.
      const right = /not authorized to perform: ([a-z0-9-]{1,40}:[A-Za-z]{1,60})/.exec(response.text())?.[1]
      const mend =
        right === undefined ? MEND : { ...MEND, AccessDenied: `the access key lacks a right: it needs ${right}` }
      return refusedBy({ where, response, code, mend, now: clock.now() })
    } catch (error) {
      return unanswered(error)
    }
  }
}

function bucketUrl({ endpoint, region, bucket, path_style: pathStyle }: S3Settings): string {
  const china = region.startsWith('cn-') ? '.cn' : ''
  const { protocol, host } = new URL(endpoint ?? `https://s3.${region}.amazonaws.com${china}`)
  const inFront = `${protocol}//${bucket}.${host}`
  // Nothing can stand in front of an address.
  return pathStyle || !URL.canParse(inFront) ? `${protocol}//${host}/${bucket}` : inFront
}
