// Servers that a test starts for itself and may kill.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'

export interface Service {
  /** The whole group, at once, without a chance to tidy up. */
  kill(): Promise<void>
}

export interface Start {
  command: string
  args: readonly string[]
  env?: Record<string, string>
  user?: { uid: number; gid: number } | undefined
  /** Asked until it says yes. */
  ready(): Promise<boolean>
  cwd?: string
}

const running = new Set<ChildProcess>()
// Also when a test fails on the way: nothing stays.
process.on('exit', () => running.forEach(killGroup))

export async function startService({ command, args, env, user, ready, cwd }: Start): Promise<Service> {
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
    ...user,
  })
  running.add(child)
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000)
    })
  }
  let failed: Error | null = null
  child.on('error', (error) => (failed = error))
  const kill = async (): Promise<void> => {
    const ended = child.exitCode !== null || child.signalCode !== null || failed !== null
    const exit = ended ? null : once(child, 'exit')
    killGroup(child)
    await exit
    running.delete(child)
  }
  for (let tries = 0; tries < 900; tries++) {
    if (failed !== null || child.exitCode !== null) break
    if (await ready().catch(() => false)) return { kill }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await kill()
  throw new Error(`${command} did not start: ${failed ?? said}`)
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
