// `npm run bench` measures what takes minutes; `npm run bench -- all`, or names, for the rest. Each one is a file of its own.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const QUICK = ['engine', 'latency', 'whole', 'mapping']
const ALL = [...QUICK, 'rest', 'dead', 'size', 'workers', 'backlog', 'cost', 'pull', 'reads', 'backfill']

const asked = process.argv.slice(2)
const names = asked.length === 0 ? QUICK : asked.includes('all') ? ALL : asked
const unknown = names.filter((name) => !ALL.includes(name))
if (unknown.length > 0) {
  console.error(`there is no benchmark ${unknown.join(', ')}; there are ${ALL.join(', ')}`)
  process.exit(1)
}
for (const name of names) {
  console.log(`\n── ${name}`)
  const child = spawn(process.execPath, [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))], { stdio: 'inherit' })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  if (code !== 0) process.exitCode = 1
}
