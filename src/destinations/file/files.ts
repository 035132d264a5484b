// Files that only grow, each with one writer: a sender begins one of its own and another one by size, by day, and after a failure.
// What a failure left of half a line is taken back, where the process lives on.
import { randomBytes } from 'node:crypto'
import { constants, type FileHandle, open, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../platform/clock.ts'
import { makeFolderLater } from '../../platform/folder.ts'
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

/** A pipe that nobody reads would hold a thread. */
const APPEND = constants.O_WRONLY | constants.O_APPEND | constants.O_NONBLOCK

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
      // Whatever stands there by now (nothing, a folder, a pipe, somebody else's file): there is always another one to begin.
      const handle = await open(join(path, last.name), APPEND).catch(() => null)
      if (handle !== null) return { ...last, handle }
    }
    await makeFolderLater(path)
    const at = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '')
    const name = `${at}Z-${randomBytes(4).toString('hex')}.ndjson`
    const handle = await open(join(path, name), 'ax', 0o600)
    // A file is there for good when its folder has been written too.
    const directory = await open(path, 'r')
    await directory.sync().finally(() => directory.close())
    return { handle, name, day: today(), bytes: 0 }
  }

  /** To what was delivered of it: readers of many files in a row would take half a line and the next file's first for one. */
  async function cutBack({ handle, name, bytes }: Current, size: number): Promise<void> {
    // Somebody may have truncated it, as logrotate does: beyond that there would be zeros.
    await handle.truncate(Math.min(bytes, size))
    // On a full disk there is one for each attempt.
    if (bytes === 0) await rm(join(base ?? '', folder, name), { force: true })
  }

  /** Whether its name still leads to it. */
  async function isThere({ handle, name }: Current): Promise<boolean> {
    const [own, named] = await Promise.all([handle.stat(), unlessMissing(stat(join(base ?? '', folder, name)))])
    return named !== null && named.ino === own.ino && named.dev === own.dev
  }

  return {
    async open() {
      let current = await begin()
      let before: Promise<unknown> = Promise.resolve()

      async function another(): Promise<void> {
        last = null
        await current.handle.close()
        current = await begin()
      }

      async function put(lines: Buffer): Promise<void> {
        last = null
        const { size } = await current.handle.stat()
        try {
          await current.handle.appendFile(lines)
          await current.handle.datasync()
        } catch (error) {
          await cutBack(current, size).catch(() => undefined)
          throw error
        }
        current.bytes += lines.byteLength
      }

      async function write(lines: Buffer): Promise<string> {
        if (!goesOn(current)) await another()
        await put(lines)
        // Whoever reads the files may have taken this one away, and the lines with it.
        if (!(await isThere(current))) {
          await another()
          await put(lines)
        }
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

async function unlessMissing<Found>(looked: Promise<Found>): Promise<Found | null> {
  return looked.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
}
