import { mkdirSync, statSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** With those above it, for the owner alone. Node's `recursive` tries for ever where no folder can be made, as in /proc. */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (isFolder(path)) return
    if (code !== 'ENOENT' || isFolder(dirname(path))) throw error
    makeFolder(dirname(path))
    makeFolder(path)
  }
}

/** The same where the file system may be slow, or somebody else's. Answers the uppermost that was made. */
export async function makeFolderLater(path: string): Promise<string | undefined> {
  const isThere = async (folder: string): Promise<boolean> =>
    stat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    )
  try {
    await mkdir(path, { mode: 0o700 })
    return path
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (await isThere(path)) return undefined
    if (code !== 'ENOENT' || (await isThere(dirname(path)))) throw error
    const above = await makeFolderLater(dirname(path))
    const own = await makeFolderLater(path)
    return above ?? own
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
