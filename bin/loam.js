#!/usr/bin/env node
// The launcher is plain JavaScript so that an old Node can still say what it needs.
const [major] = process.versions.node.split('.').map(Number)
if (major < 24) {
  console.error(
    `Loam needs Node 24; this is ${process.version}.\n` +
      'Run it as `npm start` or `npx loam` in the project: `npm ci` brings Node 24 along.\n' +
      'Elsewhere install Node 24 (https://nodejs.org) and run this again.',
  )
  process.exit(1)
}
const { run } = await import('../src/cli/index.ts')
process.exitCode = await run(process.argv.slice(2))
