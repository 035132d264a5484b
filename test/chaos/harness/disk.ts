// What a database does to its files, by strace, and what a power cut at any moment may leave of it: everything that a finished
// fsync covers, and of the rest whatever chance takes, sector by sector, in any combination.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createReadStream, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Random } from './random.ts'

const CALLS = 'pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,ftruncate,fallocate,unlink,rename'
const SECTOR = 512

/** Why calls cannot be traced here; false when they can. */
export function skipWithoutTrace(): string | false {
  try {
    execFileSync('strace', ['--seccomp-bpf', '-f', '-o', '/dev/null', 'true'], { stdio: 'pipe' })
    return false
  } catch {
    return 'takes strace, and the right to use it'
  }
}

/** A command that runs another and notes in a folder what it does to these files. */
export function traced(folder: string, files: readonly string[]): string[] {
  const options = ['-ff', '--seccomp-bpf', '-ttt', '-T', '-y', '-xx', '-s', '100000000', '-e', `trace=${CALLS}`]
  return ['strace', ...options, ...files.flatMap((file) => ['-P', file]), '-o', join(folder, 'trace')]
}

interface Write {
  offset: number
  bytes: Buffer
}

/** One call, when it began by the time of day. Undefined `change`: it makes what came before durable. */
export interface Call {
  at: number
  file: string
  change: Write | { size: number } | 'unlink' | undefined
}

/** In their order. Fails where it does not understand one. */
export async function callsIn(folder: string): Promise<Call[]> {
  const calls: Call[] = []
  for (const name of readdirSync(folder)) {
    for await (const line of createInterface({ input: createReadStream(join(folder, name)) })) {
      const call = read(line)
      if (call !== null) calls.push(call)
    }
  }
  // Each thread has a file of its own; Array.sort keeps the order within one.
  return calls.sort((a, b) => a.at - b.at)
}

function read(line: string): Call | null {
  const found = /^(\d+\.\d+) (\w+)\((.*)\) += (-?\d+)/.exec(line)
  if (found === null) {
    assert.match(line, /^\d+\.\d+ (\+\+\+|---)/)
    return null
  }
  const [, seconds, name, text, result] = found as unknown as [string, string, string, string, string]
  assert.ok(Number(result) >= 0, `a call failed: ${line.slice(0, 200)}`)
  const [file = '', ...rest] = text.split(', ')
  const call = { at: Number(seconds) * 1000, file: unhex(/[<"]([^>"]*)[>"]/.exec(file)![1]!).toString() }
  if (name === 'fsync' || name === 'fdatasync') return { ...call, change: undefined }
  if (name === 'ftruncate') return { ...call, change: { size: Number(rest[0]) } }
  if (name === 'unlink') return { ...call, change: 'unlink' }
  assert.equal(name, 'pwrite64', `nobody knows what ${name} does here`)
  const bytes = unhex(rest[0]!.slice(1, -1))
  assert.equal(bytes.length, Number(result))
  return { ...call, change: { offset: Number(rest[2]), bytes } }
}

function unhex(text: string): Buffer {
  return Buffer.from(text.replaceAll('\\x', ''), 'hex')
}

interface File {
  durable: Content
  since: Call[]
}

export class Disk {
  /** Writes, or sectors of some, that the cuts took away. */
  lost = 0
  readonly #files = new Map<string, File>()

  /** The call has returned. */
  done(call: Call): void {
    const file = this.#files.get(call.file) ?? { durable: new Content(), since: [] }
    this.#files.set(call.file, file)
    if (call.change === 'unlink') this.#files.delete(call.file)
    else if (call.change !== undefined) file.since.push(call)
    else for (const { change } of file.since.splice(0)) file.durable.apply(change)
  }

  /** Every byte that was written, as the kernel shows it while there is power. */
  whole(): Map<string, Buffer> {
    return this.#each(({ durable, since }) => {
      for (const { change } of since) durable.apply(change)
    })
  }

  /** What there may be after a cut during that call. */
  cut(during: Call, random: Random): Map<string, Buffer> {
    return this.#each((file, name) => {
      const survives = random.pick([0, 0.1, 0.5, 0.9, 1])
      const torn = random.chance(0.5)
      for (const { change } of during.file === name ? [...file.since, during] : file.since) {
        const parts = torn && isWrite(change) ? sectors(change) : [change]
        for (const part of parts) {
          if (random.chance(survives)) file.durable.apply(part)
          else this.lost++
        }
      }
    })
  }

  #each(work: (file: File, name: string) => void): Map<string, Buffer> {
    const found = new Map<string, Buffer>()
    for (const [name, { durable, since }] of this.#files) {
      const copy = durable.copy()
      work({ durable: copy, since }, name)
      found.set(name, copy.bytes())
    }
    return found
  }
}

function isWrite(change: Call['change']): change is Write {
  return typeof change === 'object' && 'bytes' in change
}

function sectors({ offset, bytes }: Write): Write[] {
  const parts: Write[] = []
  for (let at = 0; at < bytes.length;) {
    const length = Math.min(SECTOR - ((offset + at) % SECTOR), bytes.length - at)
    parts.push({ offset: offset + at, bytes: bytes.subarray(at, at + length) })
    at += length
  }
  return parts
}

/** A file that grows; holes are zeros. */
class Content {
  #bytes = Buffer.alloc(1 << 20)
  #size = 0

  apply(change: Call['change']): void {
    if (isWrite(change)) {
      this.#reach(change.offset + change.bytes.length)
      change.bytes.copy(this.#bytes, change.offset)
    } else if (typeof change === 'object') {
      this.#reach(change.size)
      this.#bytes.fill(0, change.size, this.#size)
      this.#size = change.size
    }
  }

  #reach(size: number): void {
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(size * 2)
      this.#bytes.copy(larger)
      this.#bytes = larger
    }
    this.#size = Math.max(this.#size, size)
  }

  copy(): Content {
    const copy = new Content()
    copy.#reach(this.#size)
    this.#bytes.copy(copy.#bytes, 0, 0, this.#size)
    return copy
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#size)
  }
}
