// A stub of Supabase's storage, which has no server that runs without Docker. It does what the reference of its REST API says
// of buckets, uploads and removals, with the errors of both kinds that projects answer with. What it cannot show: limits of
// plans, policies, and what the gateway in front of it adds.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { freePort } from './free-port.ts'

export const SERVICE_KEY = 'sb_SECRET_of-supabase'

interface Bucket {
  public: boolean
  objects: Map<string, Buffer>
}

export interface SupabaseStorage {
  url: string
  /** As the server knows them; they outlive it. */
  buckets: Map<string, Bucket>
  /** Objects may have so many bytes. */
  limitBytes: number
  /** Errors as they were: always 400, with a status in the body. */
  legacy: boolean
  /** Uploads so far, refused ones too. */
  uploads: number
  stop(): Promise<void>
  start(): Promise<void>
}

interface Answer {
  status: number
  json: unknown
}

export async function startSupabaseStorage(): Promise<SupabaseStorage> {
  const port = await freePort()
  let server: Server | undefined
  const storage: SupabaseStorage = {
    url: `http://127.0.0.1:${port}`,
    buckets: new Map(),
    limitBytes: 50_000_000,
    legacy: false,
    uploads: 0,
    async start() {
      server = createServer((request, response) => {
        void bytesOf(request).then((body) => {
          const { status, json } = answer(storage, request, body)
          response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
        })
      }).listen(port, '127.0.0.1')
      await once(server, 'listening')
    },
    async stop() {
      server?.close()
      server?.closeAllConnections()
      server = undefined
    },
  }
  await storage.start()
  return storage
}

function answer(storage: SupabaseStorage, { method, url, headers }: IncomingMessage, body: Buffer): Answer {
  const no = (status: number, code: string, legacy: string): Answer =>
    storage.legacy
      ? { status: 400, json: { statusCode: String(status), error: legacy, message: legacy } }
      : { status, json: { code, message: legacy } }
  if (headers.apikey !== SERVICE_KEY || headers.authorization !== `Bearer ${SERVICE_KEY}`)
    return no(403, 'InvalidJWT', 'Unauthorized')
  const [, kind, name, ...path] = url!.replace('/storage/v1', '').split('/').map(decodeURIComponent)
  if (method === 'POST' && kind === 'bucket' && name === undefined) {
    const wanted = JSON.parse(body.toString()) as { id: string; name: string; public: boolean }
    if (storage.buckets.has(wanted.id)) return no(409, 'ResourceAlreadyExists', 'Duplicate')
    storage.buckets.set(wanted.id, { public: wanted.public, objects: new Map() })
    return { status: 200, json: { name: wanted.name } }
  }
  if (kind !== 'object' || name === undefined) return no(404, 'NoSuchKey', 'Not found')
  if (method === 'POST') storage.uploads++
  const objects = storage.buckets.get(name)?.objects
  if (objects === undefined) return no(404, 'NoSuchBucket', 'Bucket not found')
  if (method === 'DELETE') {
    const { prefixes } = JSON.parse(body.toString()) as { prefixes: string[] }
    return { status: 200, json: prefixes.filter((key) => objects.delete(key)).map((key) => ({ name: key })) }
  }
  const key = path.join('/')
  if (method !== 'POST' || !/^[\w/!\-.*'() &$@=;:+,?]+$/.test(key)) return no(400, 'InvalidKey', 'Invalid key')
  if (body.byteLength > storage.limitBytes) return no(413, 'EntityTooLarge', 'Payload too large')
  if (objects.has(key) && headers['x-upsert'] !== 'true') return no(409, 'KeyAlreadyExists', 'Duplicate')
  objects.set(key, body)
  return { status: 200, json: { Id: key, Key: `${name}/${key}` } }
}

async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
