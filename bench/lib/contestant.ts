// A server under test in a process of its own. It takes events at POST /events (the event's id in `x-event-id`) and posts
// them, signed, to the sink.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Usage {
  /** User and system time of the process since it started. */
  cpuMs: number
  rssBytes: number
}

export interface Contestant {
  name: string
  url: string
  /** Where it takes events, and with which headers besides. */
  path: string
  headers: Record<string, string>
  usage(): Promise<Usage>
  stop(): Promise<void>
}

export interface ContestantSettings {
  name: string
  /** A file in bench/servers. */
  server: string
  env: Record<string, string>
}

export interface Entrance {
  url: string
  path?: string
  headers?: Record<string, string>
}

type Reply = Entrance | { usage: Usage }

export async function startContestant({ name, server, env }: ContestantSettings): Promise<Contestant> {
  const child = fork(fileURLToPath(new URL(`../servers/${server}`, import.meta.url)), {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { url, path = '/events', headers = {} } = (await reply(child, name)) as Entrance
  return {
    name,
    url,
    path,
    headers,
    async usage() {
      const answer = reply(child, name)
      child.send('usage')
      return ((await answer) as { usage: Usage }).usage
    },
    async stop() {
      if (child.exitCode !== null) return
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.send('stop')
      await ended
    },
  }
}

function reply(child: ChildProcess, name: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const failed = (code: number | null): void => reject(new Error(`${name} ended with ${code}`))
    child.once('exit', failed)
    child.once('message', (message) => {
      child.off('exit', failed)
      resolve(message as Reply)
    })
  })
}

/** The other side of `startContestant`. */
export function serveContestant(entrance: string | Entrance, stop: () => Promise<void>): void {
  process.on('message', (message) => {
    if (message === 'usage') {
      const { user, system } = process.cpuUsage()
      process.send!({ usage: { cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() } })
    } else void stop().finally(() => process.exit(0))
  })
  process.send!(typeof entrance === 'string' ? { url: entrance } : entrance)
}
