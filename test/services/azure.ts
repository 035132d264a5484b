// An Azure Blob Storage of one test's own: azurite, Microsoft's emulator, which checks keys and signatures. What it knows of its
// blobs it writes to disk every five seconds, so a gate stands before it: what the test kills is cut off first, and dies when all
// that was acknowledged is on disk. Azure itself is durable at once; this is as near as it comes.
import { createHmac } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openGate } from './gate.ts'
import { freePort } from './free-port.ts'
import { type Service, startService } from './process.ts'
import { type FoundObject, foundObject, keyInPath } from './found-object.ts'

export const ACCOUNT = 'loam'
/** Base64, as Azure's are. */
export const ACCOUNT_KEY = 'SECRETofAzureStorage0123456789ab'

export interface Azure {
  /** Of the account, with its name in the path. */
  endpoint: string
  createContainer(name: string): Promise<void>
  /** What a shared access signature of a container has, until it ends. */
  sas(container: string, rights: string, endsAt: number): string
  objects(container: string): Promise<FoundObject[]>
  /** Nobody else may replace the blob until the lease ends, which it does not by itself. */
  lease(container: string, key: string): Promise<void>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

const command = (): string => process.env.LOAM_TEST_AZURITE || ''

export function missingAzure(): string | null {
  if (existsSync(command())) return null
  return 'azurite is not installed (npm install --prefix FOLDER azurite; LOAM_TEST_AZURITE names its dist/src/blob/main.js)'
}

export async function startAzure(): Promise<Azure> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-azure-'))
  const [port, behind] = [await freePort(), await freePort()]
  const endpointOf = (at: number): string => `http://127.0.0.1:${at}/${ACCOUNT}`

  function sas(container: string, rights: string, endsAt: number): string {
    const end = new Date(endsAt).toISOString().replace(/\.\d+/, '')
    const version = '2020-12-06'
    // Rights, start, end, what; identifier, addresses, protocol, version, resource, snapshot, scope; five headers of answers.
    const parts = [
      rights,
      '',
      end,
      `/blob/${ACCOUNT}/${container}`,
      '',
      '',
      '',
      version,
      'c',
      '',
      '',
      '',
      '',
      '',
      '',
      '',
    ]
    const sig = createHmac('sha256', Buffer.from(ACCOUNT_KEY, 'base64')).update(parts.join('\n')).digest('base64')
    return new URLSearchParams({ sv: version, sr: 'c', sp: rights, se: end, sig }).toString()
  }

  async function ask(
    path: string,
    query: Record<string, string>,
    method = 'GET',
    more: Record<string, string> = {},
  ): Promise<Response> {
    const url = new URL(`${endpointOf(behind)}/${path}?${new URLSearchParams(query)}`)
    const date = new Date().toUTCString()
    const asked = Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1))
    const named = { 'x-ms-date': date, 'x-ms-version': '2023-11-03', ...more }
    const signed = [
      method + '\n'.repeat(11),
      ...Object.entries(named)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, value]) => `${name}:${value}`),
      [`/${ACCOUNT}${url.pathname}`, ...asked.map(([name, value]) => `${name}:${value}`)].join('\n'),
    ].join('\n')
    const signature = createHmac('sha256', Buffer.from(ACCOUNT_KEY, 'base64')).update(signed).digest('base64')
    const headers = { authorization: `SharedKey ${ACCOUNT}:${signature}`, ...named }
    const response = await fetch(url, { method, headers })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return response
  }

  const containers = new Set<string>()
  async function keysOf(container: string): Promise<string[]> {
    const keys: string[] = []
    for (let marker = ''; ;) {
      const query = { restype: 'container', comp: 'list', ...(marker === '' ? {} : { marker }) }
      const page = await (await ask(container, query)).text()
      keys.push(...[...page.matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, key]) => key!))
      marker = /<NextMarker>([^<]+)<\/NextMarker>/.exec(page)?.[1] ?? ''
      if (marker === '') return keys
    }
  }

  /** Whether all that it holds is in the files from which it starts again. */
  async function isSaved(): Promise<boolean> {
    const known = readFileSync(join(folder, '__azurite_db_blob__.json'), 'utf8')
    const extents = readFileSync(join(folder, '__azurite_db_blob_extent__.json'), 'utf8')
    const used = new Set([...known.matchAll(/"persistency":\{"id":"([^"]+)"/g)].map(([, id]) => id!))
    const keys = (await Promise.all([...containers].map(keysOf))).flat()
    return keys.every((key) => known.includes(JSON.stringify(key))) && [...used].every((id) => extents.includes(id))
  }

  const start = (): Promise<Service> =>
    startService({
      command: process.execPath,
      args: [
        command(),
        ...`--blobHost 127.0.0.1 --blobPort ${behind} --silent --disableTelemetry`.split(' '),
        '--location',
        folder,
      ],
      env: { AZURITE_ACCOUNTS: `${ACCOUNT}:${ACCOUNT_KEY}` },
      cwd: folder,
      ready: async () => (await ask('', { comp: 'list' })).ok,
    })
  let service = await start()
  let gate = await openGate(port, behind)

  return {
    endpoint: endpointOf(port),
    sas,
    async createContainer(name) {
      await ask(name, { restype: 'container' }, 'PUT')
      containers.add(name)
    },
    async lease(container, key) {
      const forEver = { 'x-ms-lease-action': 'acquire', 'x-ms-lease-duration': '-1' }
      await ask(`${container}/${keyInPath(key)}`, { comp: 'lease' }, 'PUT', forEver)
    },
    async objects(container) {
      const found: FoundObject[] = []
      for (const key of await keysOf(container)) {
        found.push(await foundObject(key, await ask(`${container}/${keyInPath(key)}`, {}), 'x-ms-meta-'))
      }
      return found
    },
    async kill() {
      await gate.shut()
      while (!(await isSaved())) await new Promise((resolve) => setTimeout(resolve, 100))
      await service.kill()
    },
    async restart() {
      service = await start()
      gate = await openGate(port, behind)
    },
    async stop() {
      await gate.shut()
      await service.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
