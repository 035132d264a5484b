// Where LOAM_BODIES says that bodies are moved to.
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface BucketSettings {
  kind: 's3'
  bucket: string
  /** Empty, or with a slash at its end. */
  prefix: string
  /** Null: AWS, in the region. */
  endpoint: string | null
  region: string
  accessKeyId: string
  secretAccessKey: string
}

export type BodiesSetting = { kind: 'database' } | { kind: 'folder'; folder: string } | BucketSettings

/** Says in the place whose it is: two installations in one place would delete each other's bodies. */
export const MARK = 'loam.json'

/** `on`: bodies come back from the place; `without-missing`: also without those that it lacks. */
export const BODIES_RETURN = ['off', 'on', 'without-missing'] as const
export type BodiesReturn = (typeof BODIES_RETURN)[number]

export interface AwsSettings {
  endpoint: string | undefined
  region: string | undefined
  accessKeyId: string | undefined
  secretAccessKey: string | undefined
}

const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/([A-Za-z0-9_.=-]+(?:\/[A-Za-z0-9_.=-]+)*)?\/?)?$/

/** A text says what is wrong with it. */
export function bodiesSetting(text: string, aws: AwsSettings): BodiesSetting | string {
  if (text === 'database') return { kind: 'database' }
  if (/^file:\/\/\/./.test(text)) return { kind: 'folder', folder: resolve(fileURLToPath(text)) }
  const bucket = BUCKET.exec(text)
  if (bucket === null || /(^|\/)\.\.?(\/|$)/.test(bucket[2] ?? '')) {
    return 'must be database, s3://<bucket>/<prefix> or file:///<folder>'
  }
  if (aws.accessKeyId === undefined || aws.secretAccessKey === undefined) {
    return 'names a bucket, which needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
  }
  return {
    kind: 's3',
    bucket: bucket[1]!,
    prefix: bucket[2] === undefined ? '' : `${bucket[2]}/`,
    endpoint: aws.endpoint ?? null,
    region: aws.region ?? 'us-east-1',
    accessKeyId: aws.accessKeyId,
    secretAccessKey: aws.secretAccessKey,
  }
}

/** As the setting says it, without what lets one in. */
export function placeOf(setting: BodiesSetting): string {
  if (setting.kind === 'database') return 'database'
  return setting.kind === 'folder' ? `file://${setting.folder}` : `s3://${setting.bucket}/${setting.prefix}`
}
