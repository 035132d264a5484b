// Servers that a test starts for itself and may kill.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync } from 'node:fs'

export interface Service {
  /** The whole group, at once, without a chance to tidy up. */
  kill(): Promise<void>
  /** To the process and its children; once it has ended it does nothing. */
  signal(signal: NodeJS.Signals): void
  /** Resolves with the exit code, or null when a signal ended it. */
  ended: Promise<number | null>
  /** The end of what it printed. */
  said(): string
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
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const kill = async (): Promise<void> => {
    const isOver = child.exitCode !== null || child.signalCode !== null || failed !== null
    killGroup(child)
    if (!isOver) await ended
    running.delete(child)
  }
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode !== null || child.signalCode !== null) return
    for (const pid of [child.pid!, ...childrenOf(child.pid!)]) tell(pid, name)
  }
  for (let tries = 0; tries < 900; tries++) {
    if (failed !== null || child.exitCode !== null) break
    if (await ready().catch(() => false)) return { kill, signal, ended, said: () => said }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await kill()
  throw new Error(`${command} did not start: ${failed ?? said}`)
}

export interface Restartable {
  kill(): Promise<void>
  restart(): Promise<void>
  /** Takes its folder along, unless that is null. */
  stop(): Promise<void>
  signal(signal: NodeJS.Signals): void
  ended(): Promise<number | null>
}

/** A server that comes back on what it left in its folder. */
export async function restartable(start: () => Promise<Service>, folder: string | null): Promise<Restartable> {
  let service = await start()
  return {
    kill: () => service.kill(),
    async restart() {
      service = await start()
    },
    async stop() {
      await service.kill()
      if (folder !== null) rmSync(folder, { recursive: true, force: true })
    },
    signal: (name) => service.signal(name),
    ended: () => service.ended,
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) tell(-child.pid, 'SIGKILL')
}

function tell(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It is gone already.
  }
}

/** Those of a PostgreSQL are in groups of their own. */
function childrenOf(parent: number): number[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      // The second field is the name in parentheses; the fourth is the parent.
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent ? [Number(name)] : []
    } catch {
      return []
    }
  })
}
