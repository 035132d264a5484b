// Bodies as files of a folder, which several servers share or one has for itself.
import { randomBytes } from 'node:crypto'
import { open, readdir, readFile, rename, rm, rmdir, stat } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { makeFolderLater } from '../platform/folder.ts'
import { BodiesUnavailable, type BodyStore } from '../store/bodies.ts'
import { MARK, placeOf } from './setting.ts'

const LISTED_AT_ONCE = 1000

export function folderBodies(folder: string): BodyStore {
  const place = placeOf({ kind: 'folder', folder })
  const pathOf = (key: string): string => join(folder, key)

  /** What the file system says no to is no mistake of ours; what is not there is null. */
  async function within<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'ENOENT') return null
      if (code === undefined) throw error
      throw new BodiesUnavailable(`${place}: ${code}`)
    }
  }

  /** Else nothing that is not there says anything: the file system of the folder may not be mounted. */
  async function mustBeOurs(): Promise<void> {
    const mark = await within(() => stat(pathOf(MARK)))
    if (mark === null) throw new BodiesUnavailable(`${place}: ${MARK} is not there; is its file system mounted?`)
  }

  async function syncFolder(path: string): Promise<void> {
    const handle = await open(path)
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  }

  return {
    place,
    async put(key, body) {
      if (key !== MARK) await mustBeOurs()
      const path = pathOf(key)
      const partial = `${path}.${randomBytes(6).toString('hex')}.part`
      await within(async () => {
        const made = await makeFolderLater(dirname(path))
        const file = await open(partial, 'wx', 0o600)
        try {
          await file.writeFile(body)
          await file.sync()
        } finally {
          await file.close()
        }
        await rename(partial, path)
        await syncFolder(dirname(path))
        // Folders that were made on the way are durable in those that hold them.
        for (let at = dirname(path); made !== undefined && at.length >= made.length; at = dirname(at)) {
          await syncFolder(dirname(at))
        }
        return true
      }).then((written) => {
        if (written === null) throw new BodiesUnavailable(`${place}: the folder went away`)
      })
    },
    async get(key) {
      const read = (): Promise<Buffer | null> => within(() => readFile(pathOf(key)))
      const body = await read()
      if (body !== null || key === MARK) return body
      // It may be mounted just now, or go away: only what is not there between two looks that found it is gone.
      await mustBeOurs()
      const again = await read()
      if (again === null) await mustBeOurs()
      return again
    },
    async delete(keys) {
      await mustBeOurs()
      for (const key of keys) await within(() => rm(pathOf(key), { force: true }))
      // A folder is named after a person: it goes when nothing is in it.
      for (const parent of new Set(keys.map(dirname))) {
        for (let at = parent; at !== '.'; at = dirname(at)) {
          const gone = await rmdir(pathOf(at)).then(
            () => true,
            () => false,
          )
          if (!gone) break
        }
      }
      await mustBeOurs()
    },
    async *list(prefix, after = '') {
      await mustBeOurs()
      const entries = await within(() => readdir(pathOf(prefix), { recursive: true, withFileTypes: true }))
      const keys = (entries ?? [])
        .filter((entry) => entry.isFile())
        .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
        .filter((key) => key > after)
        .sort()
      for (let at = 0; at < keys.length; at += LISTED_AT_ONCE) {
        const some = keys.slice(at, at + LISTED_AT_ONCE)
        const found = await Promise.all(
          some.map(async (key) => ({ key, about: await within(() => stat(pathOf(key))) })),
        )
        yield found.flatMap(({ key, about }) => (about === null ? [] : [{ key, writtenAt: about.mtimeMs }]))
      }
    },
  }
}
