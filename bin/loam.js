#!/usr/bin/env node
// The launcher is plain JavaScript so that an old Node can still say what it needs, or hand over to the one that npm brought.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

if (Number(process.versions.node.split('.')[0]) >= 24) {
  const { run } = await import('../src/cli/index.ts')
  process.exitCode = await run(process.argv.slice(2))
} else {
  const ours = fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url))
  if (existsSync(ours) && process.execPath !== ours) {
    const { status } = spawnSync(ours, process.argv.slice(1), { stdio: 'inherit' })
    process.exitCode = status ?? 1
  } else {
    console.error(
      `Loam needs Node 24; this is ${process.version}.\n` +
        'Run `npm ci` in the project, which brings Node 24 along, or install it from https://nodejs.org.',
    )
    process.exitCode = 1
  }
}
