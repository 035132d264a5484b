// A RabbitMQ of one test's own: a node with a name, ports and folders that nobody else has.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type ChannelModel } from 'amqplib'
import { freePort } from './free-port.ts'
import { type Service, startService } from './process.ts'

export const PASSWORD = 'SECRET-of-rabbitmq'
const SERVER = ['/usr/lib/rabbitmq/bin/rabbitmq-server', '/usr/sbin/rabbitmq-server'].find(existsSync)

export interface Rabbitmq {
  port: number
  connect(virtualHost?: string): Promise<ChannelModel>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingRabbitmq(): string | null {
  return SERVER === undefined ? 'rabbitmq-server is not installed (Debian: rabbitmq-server)' : null
}

/** `more`: lines as in rabbitmq.conf; `virtualHosts`: beside the usual one. */
export async function startRabbitmq(
  more: readonly string[] = [],
  virtualHosts: readonly string[] = [],
): Promise<Rabbitmq> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-rabbit-'))
  const [port, distribution, mapper] = [await freePort(), await freePort(), await freePort()]
  const node = `loam${randomBytes(4).toString('hex')}@localhost`
  for (const name of ['data', 'log']) mkdirSync(join(folder, name))
  const all = ['/', ...virtualHosts]
  const rights = { user: 'loam', configure: '.*', write: '.*', read: '.*' }
  const definitions = {
    users: [{ name: 'loam', password: PASSWORD, tags: '' }],
    vhosts: all.map((name) => ({ name })),
    permissions: all.map((vhost) => ({ ...rights, vhost })),
  }
  writeFileSync(join(folder, 'definitions.json'), JSON.stringify(definitions))
  writeFileSync(
    join(folder, 'rabbitmq.conf'),
    [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `load_definitions = ${join(folder, 'definitions.json')}`,
      'loopback_users = none',
      'disk_free_limit.absolute = 50MB',
      ...more,
      '',
    ].join('\n'),
  )
  writeFileSync(join(folder, 'enabled_plugins'), '[].\n')
  const open = (virtualHost = '/'): Promise<ChannelModel> =>
    connect(`amqp://loam:${PASSWORD}@127.0.0.1:${port}/${encodeURIComponent(virtualHost)}`)
  const start = (): Promise<Service> =>
    startService({
      command: SERVER!,
      args: [],
      cwd: folder,
      env: {
        HOME: folder,
        RABBITMQ_NODENAME: node,
        RABBITMQ_BASE: folder,
        RABBITMQ_MNESIA_BASE: join(folder, 'data'),
        RABBITMQ_LOG_BASE: join(folder, 'log'),
        RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
        RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'enabled_plugins'),
        RABBITMQ_DIST_PORT: String(distribution),
        RABBITMQ_PID_FILE: join(folder, 'pid'),
        ERL_EPMD_PORT: String(mapper),
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
      },
      async ready() {
        await (await open()).close()
        return true
      },
    })
  let service = await start()
  return {
    port,
    connect: open,
    kill: () => service.kill(),
    async restart() {
      service = await start()
    },
    async stop() {
      await service.kill()
      try {
        execFileSync('epmd', ['-port', String(mapper), '-kill'], { stdio: 'pipe' })
      } catch {
        // It went with its node.
      }
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
