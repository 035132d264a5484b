// How the command line finds a server that was started here, without a sign-in: a file in the data folder, readable by its owner alone.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from './folder.ts'

export interface ServerProfile {
  /** From within this machine, past any proxy. */
  url: string
  public_url?: string
  admin_token: string
  dev_id?: string
}

/** Throws with the setting to mend where it cannot be written. */
export function writeServerProfile(dataDir: string, profile: ServerProfile): void {
  const file = fileIn(dataDir)
  try {
    makeFolder(dataDir)
    writeFileSync(file, `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(`${file} cannot be written (${code}): LOAM_DATA_DIR must belong to the user that Loam runs as`, {
      cause: error,
    })
  }
}

export function readServerProfile(dataDir: string): ServerProfile | null {
  const file = fileIn(dataDir)
  if (!existsSync(file)) return null
  try {
    const profile = JSON.parse(readFileSync(file, 'utf8')) as Partial<ServerProfile>
    if (typeof profile.url === 'string' && typeof profile.admin_token === 'string') return profile as ServerProfile
  } catch {
    // Cut off by a crash or a full disk: as good as none.
  }
  return null
}

function fileIn(dataDir: string): string {
  return join(dataDir, 'dev.json')
}
