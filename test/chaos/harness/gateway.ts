// A server as it is started in production: a process of its own, to be killed, frozen and asked.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../services/free-port.ts'
import { type Service, startService } from '../../services/process.ts'

export const BIN = fileURLToPath(new URL('../../../bin/loam.js', import.meta.url))
export const ADMIN = randomBytes(20).toString('hex')
export const DEV_ID = 'chaos'
export const API_KEY = 'chaos-api-key'
export const SIGNING_SECRET = 'chaos-signing-secret'
export const KEY = randomBytes(32).toString('base64')
/** As long as a provider waits. */
const PATIENCE_MS = 10_000

export type Role = 'all' | 'api' | 'intake' | 'deliver'

export interface GatewaySettings {
  databaseUrl: string
  folder: string
  role?: Role
  env?: Record<string, string>
  /** A command that runs the server's: `ip netns exec …`. */
  within?: readonly string[]
  /** Where it listens, and where it is asked. */
  host?: string
}

export interface Answer {
  status: number
  text: string
}

export class Gateway {
  readonly role: Role
  readonly port: number
  readonly url: string
  readonly #settings: GatewaySettings
  #service: Service | null = null
  #isWanted = false
  /** What it printed, where it ended by itself. */
  #died: string | null = null

  static async open(settings: GatewaySettings): Promise<Gateway> {
    return new Gateway(settings, await freePort())
  }

  constructor(settings: GatewaySettings, port: number) {
    this.#settings = settings
    this.role = settings.role ?? 'all'
    this.port = port
    this.url = `http://${settings.host ?? '127.0.0.1'}:${port}`
  }

  async start(): Promise<void> {
    const { databaseUrl, folder, env, within = [] } = this.#settings
    const [command = '', ...args] = [...within, process.execPath, BIN, 'start', '--json']
    this.#isWanted = true
    this.#service = await startService({
      command,
      args,
      cwd: folder,
      env: {
        LOAM_ROLE: this.role,
        LOAM_PORT: String(this.port),
        LOAM_HOST: this.#settings.host ?? '127.0.0.1',
        LOAM_DATA_DIR: folder,
        LOAM_DATABASE_URL: databaseUrl,
        LOAM_ENCRYPTION_KEY: KEY,
        LOAM_DEV_ID: DEV_ID,
        LOAM_API_KEY: API_KEY,
        LOAM_SIGNING_SECRET: SIGNING_SECRET,
        LOAM_ADMIN_TOKEN: ADMIN,
        LOAM_SANDBOX: 'on',
        LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
        LOAM_BACKFILL_DAYS: '0',
        LOAM_LOG_LEVEL: 'warn',
        ...env,
      },
      ready: async () => (await fetch(`${this.url}/readyz`)).ok,
    })
    const service = this.#service
    void service.ended.then((code) => {
      if (this.#isWanted && this.#service === service) this.#died = `ended with ${code}: ${service.said()}`
    })
  }

  async kill(): Promise<void> {
    this.#isWanted = false
    await this.#service?.kill()
  }

  /** As an orchestrator stops it; the exit code. */
  async stop(): Promise<number | null> {
    this.#isWanted = false
    this.#service?.signal('SIGTERM')
    return (await this.#service?.ended) ?? null
  }

  signal(signal: NodeJS.Signals): void {
    this.#service?.signal(signal)
  }

  said(): string {
    return this.#service?.said() ?? ''
  }

  /** Whatever was done to what is around it, it is still there. */
  assertAlive(): void {
    assert.equal(this.#died, null, `a server (${this.role}) ${this.#died}`)
  }

  /** Fails with what the server said, where there is none any more. */
  async ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body?: string | Uint8Array,
  ): Promise<Answer> {
    this.assertAlive()
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body }),
    })
    return { status: response.status, text: await response.text() }
  }

  async admin<Json>(method: string, path: string, body?: unknown): Promise<Json> {
    const headers = { authorization: `Bearer ${ADMIN}`, 'content-type': 'application/json' }
    const answer = await this.ask(
      method,
      `/admin/v1${path}`,
      headers,
      body === undefined ? undefined : JSON.stringify(body),
    )
    assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.text}`)
    return (answer.text === '' ? {} : JSON.parse(answer.text)) as Json
  }

  customer(method: string, path: string): Promise<Answer> {
    return this.ask(method, `/v2${path}`, { 'dev-id': DEV_ID, 'x-api-key': API_KEY })
  }
}
