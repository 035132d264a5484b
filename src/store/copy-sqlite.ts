// A copy of the embedded database while another process uses it: what was committed at one moment, whole.
import { existsSync, fsyncSync, openSync, closeSync, renameSync, rmSync, statSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { makeFile } from '../platform/folder.ts'

/** In one step: between two of them the server's next commit would make SQLite begin again. Commits go on meanwhile. */
const EVERY_PAGE = 0x7fff_ffff

/** Answers how many bytes it has. The copy is there under its name only when it is whole and on the disk. */
export async function copySqlite(from: string, to: string): Promise<number> {
  const unfinished = `${to}.unfinished`
  remove(unfinished)
  try {
    const source = new DatabaseSync(from, { readOnly: true })
    try {
      source.exec('PRAGMA busy_timeout = 5000')
      makeFile(unfinished)
      await backup(source, unfinished, { rate: EVERY_PAGE }).catch((error: Error) => {
        // SQLite's own words name no file.
        throw new Error(`${to}: ${error.message}`)
      })
    } finally {
      source.close()
    }
    checkWhole(unfinished)
    const file = openSync(unfinished, 'r+')
    fsyncSync(file)
    closeSync(file)
    if (existsSync(to)) throw new Error(`${to} was made meanwhile`)
    renameSync(unfinished, to)
    return statSync(to).size
  } finally {
    remove(unfinished)
  }
}

function checkWhole(path: string): void {
  const copy = new DatabaseSync(path)
  try {
    const { integrity_check: found } = copy.prepare('PRAGMA integrity_check').get() as { integrity_check: string }
    if (found !== 'ok') throw new Error(`the copy is damaged: ${found}`)
  } finally {
    copy.close()
  }
}

function remove(path: string): void {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}
