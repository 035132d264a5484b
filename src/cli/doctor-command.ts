import type { Command } from 'commander'
import { accessSync, constants, existsSync, mkdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { show } from './common.ts'
import { CliFailure } from './failure.ts'
import { findTarget, serverAt } from './server.ts'

interface Check {
  name: string
  ok: boolean
  said: string
  fix: string | null
}

const ENOUGH_BYTES = 500 * 1024 * 1024
const SKEW_MS = 5000

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Check settings, folders, server, clock and destinations, and say what to fix.')
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) => {
      const checks = await examine()
      const lines = checks.map(
        (check) =>
          `${check.ok ? 'ok  ' : 'FAIL'}  ${check.name}: ${check.said}${check.fix === null ? '' : `\n      fix: ${check.fix}`}`,
      )
      show(options, { checks }, lines.join('\n'))
      const failed = checks.filter((check) => !check.ok).length
      if (failed > 0) throw new CliFailure(`${failed} of ${checks.length} checks failed`)
    })
}

async function examine(): Promise<Check[]> {
  const checks: Check[] = [nodeVersion()]
  const { readConfig } = await import('../config.ts')
  let config: ReturnType<typeof readConfig>
  try {
    config = readConfig()
    checks.push({ name: 'settings', ok: true, said: 'readable', fix: null })
  } catch (error) {
    checks.push({ name: 'settings', ok: false, said: (error as Error).message, fix: 'see docs/configuration.md' })
    return checks
  }
  checks.push(
    folder(config.dataDir),
    space(config.dataDir),
    keyFile(config.dataDir),
    publicUrl(config.publicUrl, config.embedded),
  )
  checks.push(...(await server()))
  return checks
}

function nodeVersion(): Check {
  return { name: 'node', ok: Number(process.versions.node.split('.')[0]) >= 24, said: process.version, fix: null }
}

function folder(dataDir: string): Check {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    accessSync(dataDir, constants.W_OK)
    return { name: 'data folder', ok: true, said: dataDir, fix: null }
  } catch {
    return {
      name: 'data folder',
      ok: false,
      said: `${dataDir} cannot be written`,
      fix: 'set LOAM_DATA_DIR to a folder of yours',
    }
  }
}

function space(dataDir: string): Check {
  const { bavail, bsize } = statfsSync(existsSync(dataDir) ? dataDir : '.')
  const free = bavail * bsize
  const ok = free > ENOUGH_BYTES
  return {
    name: 'disk',
    ok,
    said: `${Math.round(free / 1e6)} MB free`,
    fix: ok ? null : 'make room: nothing can be committed on a full disk',
  }
}

function keyFile(dataDir: string): Check {
  const file = join(dataDir, 'encryption.key')
  if (!existsSync(file))
    return { name: 'encryption key', ok: true, said: 'from the settings, or made at the first start', fix: null }
  const open = (statSync(file).mode & 0o077) !== 0
  return {
    name: 'encryption key',
    ok: !open,
    said: open ? `${file} is readable by others` : file,
    fix: open ? `chmod 600 ${file}` : null,
  }
}

function publicUrl(url: string, embedded: boolean): Check {
  const local = /^http:\/\/(localhost|127\.|\[::1\])/.test(url)
  const ok = url.startsWith('https://') || (local && embedded)
  const fix = 'set LOAM_PUBLIC_URL to the https address that browsers and providers use'
  return {
    name: 'public URL',
    ok,
    said: local ? `${url}: providers cannot reach it, the sandbox can` : url,
    fix: ok ? null : fix,
  }
}

async function server(): Promise<Check[]> {
  try {
    const running = serverAt(findTarget(undefined))
    const info = (await running.get('/instance')) as { time: string; version: string; database: string }
    const skew = Math.abs(Date.parse(info.time) - Date.now())
    const { data } = (await running.get('/destinations')) as {
      data: { id: string; name: string; state: string; state_reason: string | null; failing_since: string | null }[]
    }
    return [
      { name: 'server', ok: true, said: `${running.url}, version ${info.version}, ${info.database}`, fix: null },
      {
        name: 'clock',
        ok: skew < SKEW_MS,
        said: `${skew} ms from the server's`,
        fix: skew < SKEW_MS ? null : 'synchronize the clocks (NTP)',
      },
      ...data.map((row): Check => {
        const bad = row.state !== 'active' || row.failing_since !== null
        const said =
          row.state === 'active'
            ? row.failing_since === null
              ? 'active'
              : `failing since ${row.failing_since}`
            : `paused: ${row.state_reason ?? 'by hand'}`
        return { name: `destination ${row.name}`, ok: !bad, said, fix: bad ? `loam destinations test ${row.id}` : null }
      }),
    ]
  } catch (error) {
    return [{ name: 'server', ok: false, said: (error as Error).message.split('\n')[0]!, fix: 'npm start' }]
  }
}
