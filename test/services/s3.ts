// An S3 of one test's own, in a folder: versitygw, which checks signatures and keeps what it has when it is killed.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import { type FoundObject, foundObject, keyInPath } from './found-object.ts'
import { freePort } from './free-port.ts'
import { restartable, type Service, startService } from './process.ts'

export const ACCESS_KEY = 'loam-access'
export const SECRET_KEY = 'SECRET-of-s3-0123456789'

export interface S3 {
  port: number
  createBucket(name: string): Promise<void>
  objects(bucket: string): Promise<FoundObject[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

const command = (): string => process.env.LOAM_TEST_VERSITYGW || 'versitygw'

export function missingS3(): string | null {
  try {
    execFileSync(command(), ['--version'], { stdio: 'pipe' })
    return null
  } catch {
    return 'versitygw is not installed (go install github.com/versity/versitygw/cmd/versitygw; LOAM_TEST_VERSITYGW names it)'
  }
}

export interface S3Options {
  region?: string
  /** Buckets also stand in front of this name. */
  domain?: string
}

export async function startS3({ region = 'us-east-1', domain }: S3Options = {}): Promise<S3> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-s3-'))
  const [data, beside] = [join(folder, 'data'), join(folder, 'beside')]
  for (const path of [data, beside]) mkdirSync(path)
  const port = await freePort()
  const client = new AwsClient({
    accessKeyId: ACCESS_KEY,
    secretAccessKey: SECRET_KEY,
    service: 's3',
    region,
    retries: 0,
  })
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await client.fetch(`http://127.0.0.1:${port}/${path}`, init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const inFront = domain === undefined ? [] : ['--virtual-domain', `${domain}:${port}`]
  const start = (): Promise<Service> =>
    startService({
      command: command(),
      // What it knows of an object lies beside it: not every file system has attributes of one's own.
      args: ['--port', `127.0.0.1:${port}`, '--region', region, ...inFront, 'posix', '--sidecar', beside, data],
      env: { ROOT_ACCESS_KEY: ACCESS_KEY, ROOT_SECRET_KEY: SECRET_KEY },
      cwd: folder,
      ready: async () => (await ask('')).ok,
    })
  const server = await restartable(start, folder)

  async function keysOf(bucket: string): Promise<string[]> {
    const keys: string[] = []
    for (let after = ''; ; after = keys.at(-1)!) {
      const query = new URLSearchParams({ 'list-type': '2', 'start-after': after })
      const page = await (await ask(`${bucket}?${query}`)).text()
      const found = [...page.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key!)
      keys.push(...found)
      if (found.length === 0 || !page.includes('<IsTruncated>true</IsTruncated>')) return keys
    }
  }

  return {
    port,
    async createBucket(name) {
      await ask(name, { method: 'PUT' })
    },
    async objects(bucket) {
      const found: FoundObject[] = []
      for (const key of await keysOf(bucket)) {
        found.push(await foundObject(key, await ask(`${bucket}/${keyInPath(key)}`), 'x-amz-meta-'))
      }
      return found
    },
    ...server,
  }
}
