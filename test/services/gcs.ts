// A Google Cloud Storage of one test's own: fake-gcs-server, which keeps objects in a folder and takes anybody. Before it
// stands what Google has and it has not: tokens, given to who signs with the right key, and asked for with each request.
import { execFileSync } from 'node:child_process'
import { createPublicKey, generateKeyPairSync, randomUUID, verify } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Service, startService } from './process.ts'
import type { FoundObject } from './found-object.ts'

export interface Gcs {
  /** Of what checks tokens. */
  port: number
  /** JSON, as Google hands it out. */
  serviceAccount: string
  /** Tokens that were given out. */
  tokens: Set<string>
  createBucket(name: string): Promise<void>
  objects(bucket: string): Promise<FoundObject[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

const command = (): string => process.env.LOAM_TEST_FAKE_GCS || 'fake-gcs-server'

export function missingGcs(): string | null {
  try {
    execFileSync(command(), ['-h'], { stdio: 'pipe' })
    return null
  } catch {
    return 'fake-gcs-server is not installed (go install github.com/fsouza/fake-gcs-server; LOAM_TEST_FAKE_GCS names it)'
  }
}

export const aKey = (): string =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export async function startGcs(): Promise<Gcs> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-gcs-'))
  const behind = await freePort()
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(`http://127.0.0.1:${behind}/storage/v1/b${path}`, init)
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }
  const start = (): Promise<Service> =>
    startService({
      command: command(),
      args: [
        '-scheme',
        'http',
        '-host',
        '127.0.0.1',
        '-port',
        String(behind),
        '-filesystem-root',
        join(folder, 'data'),
      ],
      cwd: folder,
      ready: async () => (await ask('?project=test')).ok,
    })
  let service = await start()
  const key = aKey()
  const door = await openDoor(key, behind)

  return {
    port: door.port,
    serviceAccount: JSON.stringify({
      type: 'service_account',
      client_email: EMAIL,
      private_key_id: 'SECRET-of-gcs',
      private_key: key,
      token_uri: `http://127.0.0.1:${door.port}/token`,
    }),
    tokens: door.tokens,
    async createBucket(name) {
      const headers = { 'content-type': 'application/json' }
      await ask('?project=test', { method: 'POST', headers, body: JSON.stringify({ name }) })
    },
    async objects(bucket) {
      const { items = [] } = (await (await ask(`/${bucket}/o`)).json()) as { items?: Item[] }
      return await Promise.all(
        items.map(async ({ name, metadata = {} }) => {
          const response = await ask(`/${bucket}/o/${encodeURIComponent(name)}?alt=media`)
          return { key: name, body: Buffer.from(await response.arrayBuffer()), metadata }
        }),
      )
    },
    kill: () => service.kill(),
    async restart() {
      service = await start()
    },
    async stop() {
      await door.close()
      await service.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Item {
  name: string
  metadata?: Record<string, string>
}

const EMAIL = 'loam@test.iam.gserviceaccount.com'

async function openDoor(key: string, behind: number) {
  const tokens = new Set<string>()
  const server = createServer((asked, answer) => {
    asked.on('error', () => answer.destroy())
    if (asked.url === '/token') {
      void giveToken(asked, answer, key, tokens)
    } else if (!tokens.has(asked.headers.authorization?.replace('Bearer ', '') ?? '')) {
      asked.resume()
      const errors = [{ reason: 'authError', message: 'Invalid Credentials' }]
      json(answer, 401, { error: { code: 401, errors } })
    } else {
      const { method, url, headers } = asked
      const onward = request({ host: '127.0.0.1', port: behind, method, path: url, headers, agent: false })
      onward.on('error', () => answer.destroy())
      onward.on('response', (said) => {
        answer.writeHead(said.statusCode!, said.headers)
        said.on('error', () => answer.destroy())
        said.pipe(answer)
      })
      asked.pipe(onward)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    tokens,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function giveToken(asked: IncomingMessage, answer: ServerResponse, key: string, tokens: Set<string>) {
  const form = new URLSearchParams((await asked.toArray()).join(''))
  const assertion = form.get('assertion') ?? ''
  const [head, claims, signature] = assertion.split('.')
  const { iss, aud, iat, exp } = JSON.parse(Buffer.from(claims!, 'base64url').toString()) as Record<string, unknown>
  const right =
    form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
    verify(
      'RSA-SHA256',
      Buffer.from(`${head}.${claims}`),
      createPublicKey(key),
      Buffer.from(signature!, 'base64url'),
    ) &&
    [iss, aud, Number(exp) - Number(iat)].join() === [EMAIL, `http://${asked.headers.host}/token`, 3600].join()
  if (!right) return json(answer, 400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' })
  const token = randomUUID()
  tokens.add(token)
  json(answer, 200, { access_token: token, expires_in: 3599, token_type: 'Bearer' })
}

function json(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}
