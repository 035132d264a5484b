// A server that `npm start` runs ends with npm. Killed, npm tells the shell in between at most, and that shell nobody.
import { readFileSync } from 'node:fs'

const LOOK_MS = 1000

/** Calls back once, when npm or its shell is gone. Of no concern to who was started without npm, or by a script of others. */
export function whenNpmIsGone(gone: () => void): void {
  const { npm_lifecycle_event: event, npm_lifecycle_script: script } = process.env
  // A script that starts us in the background, as with nohup, may end while we go on.
  if (event !== 'start' || script?.startsWith('node bin/loam.js start') !== true) return
  const parent = process.ppid
  const above = parentOf(parent)
  // Without a shell in between npm is the parent, and above it is who may leave: the terminal's shell.
  const npm = above !== null && nameOf(above).startsWith('npm ') ? above : null
  const looking = setInterval(() => {
    if (process.ppid === parent && (npm === null || parentOf(parent) === npm)) return
    clearInterval(looking)
    gone()
  }, LOOK_MS)
  looking.unref()
}

/** Null where the system does not say. */
function parentOf(pid: number): number | null {
  const line = /^PPid:\s*(\d+)$/m.exec(read(`/proc/${pid}/status`))
  return line === null ? null : Number(line[1])
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/comm`)
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
