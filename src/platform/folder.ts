// Folders with those above them, for the owner alone. Node's `recursive` tries for ever where no folder can be made, as in /proc.
import { closeSync, mkdirSync, openSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const MODE = { mode: 0o700 }

export function makeFolder(path: string): void {
  try {
    mkdirSync(path, MODE)
    return
  } catch (error) {
    if (isFolder(path)) return
    if (!isMissing(error)) throw error
  }
  if (!isFolder(dirname(path))) makeFolder(dirname(path))
  try {
    mkdirSync(path, MODE)
  } catch (error) {
    if (!isFolder(path)) throw error
  }
}

/** Empty and for the owner alone, before SQLite makes one that all may read; its log takes the mode of its file. */
export function makeFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch {
    // It is there; or it cannot be made, which SQLite says.
  }
}

/** A folder where the file system may be slow, and others may make and remove there. Answers the uppermost that was made. */
export async function makeFolderLater(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, MODE)
    return path
  } catch (error) {
    if (await isFolderLater(path)) return undefined
    if (!isMissing(error)) throw error
  }
  // Somebody else may have made it by now.
  const above = (await isFolderLater(dirname(path))) ? undefined : await makeFolderLater(dirname(path))
  try {
    await mkdir(path, MODE)
    return above ?? path
  } catch (error) {
    if (await isFolderLater(path)) return above
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

async function isFolderLater(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
