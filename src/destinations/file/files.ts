// Files that only grow, each with one writer: a sender begins one of its own and another one by size, by day, and after a failure,
// which may have left half a line.
import { randomBytes } from 'node:crypto'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import type { FileSettings } from './index.ts'

export interface LineFile {
  /** Resolves with the file's name when the lines are on the disk. */
  append(lines: Buffer): Promise<string>
  close(): Promise<void>
}

export interface LineFiles {
  /** The file that was written last goes on, if it may. */
  open(): Promise<LineFile>
}

interface Current {
  handle: FileHandle
  name: string
  day: string
  bytes: number
}

export function lineFiles(
  base: string | undefined,
  { folder, max_file_bytes: most }: Pick<FileSettings, 'folder' | 'max_file_bytes'>,
  clock: Clock,
): LineFiles {
  let last: Omit<Current, 'handle'> | null = null

  const today = (): string => new Date(clock.now()).toISOString().slice(0, 10)
  const goesOn = (file: { day: string; bytes: number }): boolean => file.day === today() && file.bytes < most

  async function begin(): Promise<Current> {
    if (base === undefined) throw Object.assign(new Error('no folder'), { code: 'ENOENT' })
    const path = join(base, folder)
    if (last !== null && goesOn(last)) {
      return { ...last, handle: await open(join(path, last.name), 'a') }
    }
    await mkdir(path, { recursive: true, mode: 0o700 })
    const at = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '')
    const name = `${at}Z-${randomBytes(4).toString('hex')}.ndjson`
    const handle = await open(join(path, name), 'ax', 0o600)
    // A file is there for good when its folder has been written too.
    const directory = await open(path, 'r')
    await directory.sync().finally(() => directory.close())
    return { handle, name, day: today(), bytes: 0 }
  }

  return {
    async open() {
      let current = await begin()
      let before: Promise<unknown> = Promise.resolve()

      async function write(lines: Buffer): Promise<string> {
        if (!goesOn(current)) {
          last = null
          await current.handle.close()
          current = await begin()
        }
        last = null
        await current.handle.appendFile(lines)
        await current.handle.datasync()
        current.bytes += lines.byteLength
        last = { name: current.name, day: current.day, bytes: current.bytes }
        return `${folder}/${current.name}`
      }

      return {
        append(lines) {
          // One after the other. What follows a failure fails too: half a line may stand there.
          const written = before.then(() => write(lines))
          before = written
          written.catch(() => undefined)
          return written
        },
        close: () => current.handle.close(),
      }
    },
  }
}
