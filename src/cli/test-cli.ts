// The command line as people run it: the launcher in a process of its own, against a server started the same way.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const LAUNCHER = fileURLToPath(new URL('../../bin/loam.js', import.meta.url))

export interface Ran {
  code: number | null
  stdout: string
  stderr: string
  /** What was printed, as JSON. */
  json(): Record<string, unknown>
}

export interface Cli {
  folder: string
  run(args: readonly string[], options?: RunOptions): Promise<Ran>
  /** Still running: to be watched and stopped. */
  spawn(args: readonly string[], options?: RunOptions): Running
  dispose(): Promise<void>
}

export interface RunOptions {
  env?: Record<string, string>
  stdin?: string
}

export interface Running {
  child: ChildProcess
  stdout(): string
  stderr(): string
  /** Resolves when stdout or stderr matches; rejects when it ends before or takes too long. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<Ran>
}

const PATIENCE_MS = 30_000

/** In an empty folder, with no settings but those given. */
export function openCli(settings: Record<string, string> = {}): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'loam-cli-'))
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(LOAM_|npm_lifecycle|NO_COLOR|FORCE_COLOR|NODE_)/.test(name),
  )
  const running = new Set<Running>()
  const start = (args: readonly string[], options: RunOptions = {}): Running => {
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd: folder,
      env: { ...Object.fromEntries(own), ...settings, ...options.env },
    })
    child.stdin.end(options.stdin ?? '')
    const watched = watch(child)
    running.add(watched)
    void watched.ended.then(() => running.delete(watched))
    return watched
  }
  return {
    folder,
    spawn: start,
    run: (args, options) => start(args, options).ended,
    async dispose() {
      for (const { child } of running) child.kill('SIGKILL')
      await Promise.all([...running].map(({ ended }) => ended))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function watch(child: ReturnType<typeof spawn>): Running {
  const text = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk
      for (const look of watchers) look()
    })
  }
  const ended = new Promise<Ran>((resolve) => {
    child.once('close', (code) => {
      resolve({ code, ...text, json: () => JSON.parse(text.stdout) as Record<string, unknown> })
    })
  })
  return {
    child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    says(pattern) {
      return new Promise((resolve, reject) => {
        const give = (error: Error): void => {
          clearTimeout(timer)
          watchers.delete(look)
          reject(error)
        }
        const timer = setTimeout(() => give(new Error(`never said ${pattern}: ${JSON.stringify(text)}`)), PATIENCE_MS)
        const look = (): void => {
          const match = pattern.exec(text.stdout) ?? pattern.exec(text.stderr)
          if (match === null) return
          clearTimeout(timer)
          watchers.delete(look)
          resolve(match)
        }
        watchers.add(look)
        void ended.then(() => {
          look()
          give(new Error(`ended without saying ${pattern}: ${JSON.stringify(text)}`))
        })
        look()
      })
    },
  }
}

/** A server of its own on any free port, found by the commands through the profile that it writes. */
export async function startServer(cli: Cli): Promise<Running & { url: string; devId: string }> {
  const server = cli.spawn(['start', '--json'], { env: { LOAM_PORT: '0', LOAM_LOG_LEVEL: 'error' } })
  return { ...server, ...(await startedServer(server)) }
}

/** Where it is, as soon as it says so. */
export async function startedServer(server: Running): Promise<{ url: string; devId: string }> {
  const [, url, devId] = await server.says(/\{"url":"([^"]+)","dev_id":"([^"]+)"\}/)
  return { url: url!, devId: devId! }
}

export interface Received {
  path: string
  headers: IncomingMessage['headers']
  body: Buffer
}

/** What must end well. */
export async function runWell(cli: Cli, ...args: string[]): Promise<Ran> {
  const ran = await cli.run(args)
  assert.equal(ran.code, 0, `${args.join(' ')}: ${ran.stderr}`)
  return ran
}

/** `answer` says the status; a 500 has words with it. */
export async function openReceiver(answer: (body: Record<string, unknown>) => number) {
  const requests: Received[] = []
  const receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      requests.push({ path: request.url ?? '', headers: request.headers, body })
      const status = answer(JSON.parse(body.toString('utf8')) as Record<string, unknown>)
      response.writeHead(status).end(status === 500 ? 'no idea what this is\nat line 1' : undefined)
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  return {
    requests,
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
    close: () => new Promise<void>((resolve) => receiver.close(() => resolve())),
  }
}
