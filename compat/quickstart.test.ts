// The quickstart, step by step: its code as printed but for host or base URL and credentials, its receivers as printed but
// for their port.
import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { freePort } from '../test/services/free-port.ts'
import { type Loam, ROOT, signIn, startLoam, until } from './loam.ts'
import { python, withoutPython } from './python.ts'

const page = readFileSync(join(ROOT, 'test/fixtures/quickstart.md'), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'loam-quickstart-'))
const children: ChildProcess[] = []
let loam: Loam
let expressOutput = ''
let flaskUrl = ''
let flaskId: string | null = null
let flaskOutput = ''

/** The code block that holds `mark`, as printed. */
function code(mark: string): string {
  const blocks = [...page.matchAll(/```\w+\n([\s\S]*?)```/g)].map((match) => match[1]!)
  const htmlBlocks = [...page.matchAll(/<pre[^>]*><code[^>]*>([\s\S]*?)<\/code><\/pre>/g)].map((match) =>
    match[1]!
      .replaceAll(/<\/?strong>/g, '')
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&#x26;', '&')
      .replaceAll('&amp;', '&'),
  )
  const found = [...blocks, ...htmlBlocks].find((block) => block.includes(mark))
  assert.ok(found, `the quickstart has no code with ${mark}`)
  return found
}

function run(command: string, args: string[], onOutput: (text: string) => void): void {
  const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout.on('data', (chunk) => onOutput(String(chunk)))
  child.stderr.on('data', (chunk) => onOutput(String(chunk)))
  children.push(child)
}

before(async () => {
  loam = await startLoam()
  symlinkSync(fileURLToPath(new URL('node_modules', import.meta.url)), join(folder, 'node_modules'))
  const expressPort = await freePort()
  writeFileSync(
    join(folder, 'receiver.cjs'),
    code('express()').replace('const port = 3000;', `const port = ${expressPort};`),
  )
  run(process.execPath, ['receiver.cjs'], (text) => (expressOutput += text))
  await until(() => expressOutput.includes('Server started'), 10_000, 'the Express receiver did not start')
  await loam.admin('POST', '/destinations', {
    type: 'webhook',
    url: `http://localhost:${expressPort}/consumeTerraWebhook`,
  })
  if (python !== '') {
    const flaskPort = await freePort()
    writeFileSync(join(folder, 'receiver.py'), code('consume_terra_webhook').replace('port=8000', `port=${flaskPort}`))
    run(python, ['receiver.py'], (text) => (flaskOutput += text))
    await until(() => flaskOutput.includes('Running on'), 15_000, 'the Flask receiver did not start')
    flaskUrl = `http://localhost:${flaskPort}/consumeTerraWebhook`
  }
})
after(async () => {
  for (const child of children) child.kill()
  await loam.stop()
  rmSync(folder, { recursive: true, force: true })
})

function withCredentials(text: string): string {
  return text
    .replace('<YOUR-DEV-ID>', loam.devId)
    .replace('<YOUR-API-KEY>', loam.apiKey)
    .replace('YOUR_DEV_ID', loam.devId)
    .replace('YOUR_API_KEY', loam.apiKey)
}

/** Its 500s open the breaker, as they should: each connection gets a destination that has not failed yet. */
async function pointAtFlask(): Promise<void> {
  if (python === '') return
  if (flaskId !== null) await loam.admin('DELETE', `/destinations/${flaskId}`)
  flaskId = (await loam.admin('POST', '/destinations', { type: 'webhook', url: flaskUrl })).id
}

async function connectAndSeeData(widgetUrl: string, how: string): Promise<void> {
  await pointAtFlask()
  const before = expressOutput.length
  const end = new URL(await signIn(widgetUrl, { person: `quick-${how}` }))
  assert.equal(end.origin + end.pathname, 'https://example.com/success')
  const userId = end.searchParams.get('user_id')!
  await until(
    () =>
      new RegExp(`"type": "(sleep|daily|activity)",\\s+"user": \\{\\s+"user_id": "${userId}"`).test(
        expressOutput.slice(before),
      ),
    30_000,
    'no data event in the Express receiver',
  )
  const inspector = (await loam.admin('GET', '/inspector')).data[0].bin
  await until(
    async () => {
      const { data } = await loam.admin('GET', `/inspector/${inspector}/requests?limit=200`)
      const mine = data
        .map((each: any) => ({ ...each, text: Buffer.from(each.body_base64, 'base64').toString() }))
        .filter((each: any) => each.text.includes(userId))
      assert.ok(mine.every((each: any) => each.signature_valid === true))
      return mine.some((each: any) => /^\{"type":"(sleep|daily|activity)"/.test(each.text))
    },
    30_000,
    'no data event in the inspector',
  )
  if (python === '') return
  await until(
    () => new RegExp(`Received webhook for user ${userId} of type (sleep|daily|activity)`).test(flaskOutput),
    30_000,
    'no data event in Flask',
  )
  // As printed it returns nothing, so Flask answers 500: the event arrived, and is tried again.
  await until(
    async () => {
      const { data } = await loam.admin('GET', `/deliveries?user_id=${userId}&limit=200`)
      return data.some((each: any) => each.last_status === 500 && each.state === 'pending' && each.attempts >= 1)
    },
    10_000,
    'no delivery to Flask is waiting for its next try',
  )
  // Whose history is still being read would fill the next one's lane.
  const gone = await fetch(`${loam.url}/v2/auth/deauthenticateUser?user_id=${userId}`, {
    method: 'DELETE',
    headers: { 'dev-id': loam.devId, 'x-api-key': loam.apiKey },
  })
  assert.equal(gone.status, 200)
}

test('with terra-api, as printed', async () => {
  const text = withCredentials(code('import { TerraClient }')).replace(
    'apiKey:',
    `baseUrl: "${loam.url}/v2",\n    apiKey:`,
  )
  writeFileSync(join(folder, 'session.mjs'), text)
  const { stdout } = await promisify(execFile)(process.execPath, ['session.mjs'], { cwd: folder })
  await connectAndSeeData(/Widget URL: (\S+)/.exec(stdout)![1]!, 'node')
})

test('with terra-python, as printed', { skip: withoutPython }, async () => {
  const text = withCredentials(code('client.authentication.generatewidgetsession')).replace(
    'client = Terra(',
    `client = Terra(\n    base_url="${loam.url}/v2",`,
  )
  assert.ok(text.includes('from terra import Terra'))
  writeFileSync(join(folder, 'session.py'), text)
  const { stdout } = await promisify(execFile)(python, ['session.py'], { cwd: folder })
  await connectAndSeeData(stdout.trim(), 'python')
})

test('with cURL, as printed: a trailing comma and all', async () => {
  const text = withCredentials(code('curl --request POST')).replace('https://api.tryterra.co', loam.url)
  assert.match(text, /failure",\s*\}'/)
  const { stdout } = await promisify(execFile)('bash', ['-c', text])
  await connectAndSeeData(JSON.parse(stdout).url, 'curl')
})
