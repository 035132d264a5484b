// The key that secrets at rest are sealed under: given, kept in the data folder, or made at the first start.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { makeFolder } from '../platform/folder.ts'
import { readKey } from '../platform/seal.ts'

export function everyKeyReads(text: string): boolean {
  try {
    for (const key of text.split(',')) readKey(key.trim())
    return true
  } catch {
    return false
  }
}

const keyFile = (dataDir: string): string => join(dataDir, 'encryption.key')

/** Null when a start may make one. A database whose key is gone must not get a new one: it would open nothing. */
export function keptKey(dataDir: string, databaseUrl: string, problems: string[]): string | null {
  const file = keyFile(dataDir)
  if (!databaseUrl.startsWith('sqlite:')) {
    problems.push(
      'LOAM_ENCRYPTION_KEY is required with PostgreSQL: make one with `openssl rand -base64 32` and keep it safe',
    )
    return null
  }
  if (existsSync(file)) {
    try {
      const text = readFileSync(file, 'utf8').trim()
      if (everyKeyReads(text)) return text
      problems.push(`${file} holds no key: restore it from a backup`)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      problems.push(`${file} cannot be read (${code}): it must belong to the user that Loam runs as`)
    }
    return null
  }
  const database = resolve(databaseUrl.slice('sqlite:'.length).replace(/^\/\//, ''))
  if (existsSync(database)) {
    problems.push(
      `${file} is missing, and ${database} was written with it: restore it, or set LOAM_ENCRYPTION_KEY to that key`,
    )
  }
  return null
}

export function newKey(dataDir: string): string {
  const file = keyFile(dataDir)
  makeFolder(dataDir)
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Someone else made it in this very moment: theirs counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}
