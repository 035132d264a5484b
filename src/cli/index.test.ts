// What every command shares, without a server.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, test } from 'node:test'
import { Command } from 'commander'
import { settingNames } from '../config.ts'
import { commands } from './commands.ts'
import { type Cli, LAUNCHER, openCli } from './test-cli.ts'

let cli: Cli
before(() => {
  cli = openCli()
})
after(() => cli.dispose())

/** A command and those below it. */
function family(command: Command): Command[] {
  return [command, ...command.commands.filter((each) => each.name() !== 'help').flatMap(family)]
}

const built = await Promise.all(
  commands.map(async ({ name, summary, load }) => {
    const command = new Command(name).description(summary)
    const add = await load()
    add(command, () => {})
    return command
  }),
)

test('every command that does something has --json and says what it does', () => {
  for (const command of built.flatMap(family)) {
    assert.notEqual(command.description(), '', command.name())
    if (command.commands.length > 0 && command.name() !== 'config') continue
    assert.ok(
      command.options.some((option) => option.long === '--json'),
      `${command.parent?.name() ?? ''} ${command.name()} has no --json`,
    )
  }
})

test('help lists every command, and a command explains itself', async () => {
  const [bare, help, one] = await Promise.all([cli.run([]), cli.run(['--help']), cli.run(['help', 'listen'])])
  assert.equal(help.code, 0)
  for (const { name } of commands) assert.match(help.stdout, new RegExp(`^  ${name} `, 'm'))
  for (const line of help.stdout.split('\n')) assert.ok(line.length <= 80, line)
  assert.deepEqual([bare.code, bare.stdout], [0, help.stdout])
  assert.deepEqual([one.code, /--forward <url>/.test(one.stdout)], [0, true])
})

describe('exit codes', () => {
  test('4 for a command that is not used rightly, with what was meant', async () => {
    const runs = await Promise.all([
      cli.run(['usres', 'list']),
      cli.run(['users']),
      cli.run(['users', 'list', '--limit', '0']),
      cli.run(['backfill', 'x', '--from', '2026-02-30']),
      cli.run(['start', '--role', 'cook']),
    ])
    assert.deepEqual(
      runs.map((run) => run.code),
      [4, 4, 4, 4, 4],
    )
    assert.match(runs[0]!.stderr, /Did you mean users\?/)
    assert.match(runs[1]!.stderr, /deauth/)
    assert.match(runs[2]!.stderr, /whole number from 1 to 200/)
    assert.match(runs[3]!.stderr, /Must be a day/)
  })

  test('5 when no server runs, with how to start one', async () => {
    const [none, json] = await Promise.all([cli.run(['users', 'list']), cli.run(['users', 'list', '--json'])])
    assert.deepEqual([none.code, none.stdout], [5, ''])
    assert.match(none.stderr, /npm start/)
    assert.equal(json.code, 5)
    assert.deepEqual(JSON.parse(json.stderr), { status: 'error', message: none.stderr.trim(), exit_code: 5 })
  })

  test('5 when the named server does not answer, 2 when its token is missing', async () => {
    const nowhere = { LOAM_PUBLIC_URL: 'http://127.0.0.1:9' }
    const [closed, tokenless] = await Promise.all([
      cli.run(['users', 'list'], { env: { ...nowhere, LOAM_ADMIN_TOKEN: 'some-admin-token' } }),
      cli.run(['users', 'list'], { env: nowhere }),
    ])
    assert.deepEqual([closed.code, tokenless.code], [5, 2])
    assert.match(closed.stderr, /127\.0\.0\.1:9 does not answer/)
    assert.match(tokenless.stderr, /LOAM_ADMIN_TOKEN/)
  })

  test('3 for settings that cannot be used, all of them named', async () => {
    const settings = { LOAM_PORT: 'http', LOAM_SANDBOX: 'perhaps' }
    for (const args of [['start'], ['users', 'list'], ['config']]) {
      const run = await cli.run(args, { env: settings })
      assert.equal(run.code, 3, run.stderr)
      assert.match(run.stderr, /LOAM_PORT[\s\S]*LOAM_SANDBOX/)
    }
  })

  test('1 when the server cannot start, in one sentence', async () => {
    const other = openCli()
    const server = other.spawn(['start', '--json'], { env: { LOAM_PORT: '0', LOAM_LOG_LEVEL: 'error' } })
    const [, url] = await server.says(/"url":"([^"]+)"/)
    const run = await cli.run(['start'], { env: { LOAM_PORT: new URL(url!).port } })
    await other.dispose()
    assert.equal(run.code, 1)
    assert.match(run.stderr, /^Loam does not start: port \d+ is in use[^\n]*\n$/)
  })
})

test('config shows what is in force and where it comes from, without secrets', async () => {
  writeFileSync(join(cli.folder, '.env'), 'LOAM_BACKFILL_DAYS=7\n')
  const env = {
    LOAM_ADMIN_TOKEN: 'the-token-nobody-may-see',
    LOAM_ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    LOAM_DATABASE_READ_LAG_SECONDS: '20',
    AWS_REGION: 'eu-central-1',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:nobody-may-see@collector:4318',
    OTEL_EXPORTER_OTLP_HEADERS: 'key=nobody-may-see',
    OTEL_TRACES_SAMPLER_ARG: '0.25',
  }
  const [run, docs, json, postgres] = await Promise.all([
    cli.run(['config'], { env }),
    cli.run(['config', 'docs', '--json']),
    cli.run(['config', '--json'], { env }),
    cli.run(['config'], { env: { ...env, LOAM_DATABASE_URL: 'postgres://loam:hunter2@db/loam' } }),
  ])
  assert.match(run.stdout, /LOAM_BACKFILL_DAYS +7 +\.env/)
  assert.match(run.stdout, /LOAM_ADMIN_TOKEN +\*\*\*\* +environment/)
  assert.match(run.stdout, /LOAM_DATABASE_READ_LAG_SECONDS +20 +environment/)
  assert.match(run.stdout, /AWS_REGION +eu-central-1 +environment/)
  assert.match(run.stdout, /OTEL_EXPORTER_OTLP_ENDPOINT +http:\/\/\*\*\*\*@collector:4318 +environment/)
  assert.match(run.stdout, /OTEL_EXPORTER_OTLP_HEADERS +\*\*\*\* +environment/)
  assert.match(run.stdout, /OTEL_TRACES_SAMPLER_ARG +0\.25 +environment/)
  assert.ok(!`${run.stdout}${json.stdout}`.includes('nobody-may-see'))
  assert.equal((JSON.parse(docs.stdout) as unknown[]).length, settingNames.length)
  assert.match(postgres.stdout, /postgres:\/\/loam:\*\*\*\*@db\/loam/)
  assert.equal((json.json().settings as unknown[]).length, settingNames.length)
})

test('db status says that there is no database yet, and makes none', async () => {
  const empty = openCli()
  const run = await empty.run(['db', 'status', '--json'])
  const again = await empty.run(['db', 'status'])
  const left = readdirSync(empty.folder)
  await empty.dispose()
  assert.deepEqual(run.json(), {
    engine: 'sqlite',
    state: 'absent',
    version: null,
    pending: [],
    unknown: [],
    key: null,
  })
  assert.match(again.stdout, /no database yet/)
  assert.deepEqual(left, [])
})

test('doctor names every setting that cannot be used, and what else is wrong', async () => {
  const [settings, alone] = await Promise.all([
    cli.run(['doctor', '--json'], { env: { LOAM_PORT: 'x', LOAM_HOTS: 'y' } }),
    cli.run(['doctor'], { env: { LOAM_API_KEY: 'guessable' } }),
  ])
  assert.equal(settings.code, 1)
  const failed = (settings.json().checks as { state: string }[]).filter((check) => check.state === 'fail')
  assert.equal(failed.length, 2)
  assert.equal(alone.code, 1)
  assert.match(alone.stdout, /FAIL {2}server: .*\n +fix: npm start/)
  assert.match(alone.stdout, /look {2}secrets: LOAM_API_KEY can be guessed/)
})

test('a clone without its packages says how to get them', async (t) => {
  const clone = mkdtempSync(join(tmpdir(), 'loam-clone-'))
  t.after(() => rmSync(clone, { recursive: true }))
  mkdirSync(join(clone, 'bin'))
  writeFileSync(join(clone, 'package.json'), '{"type":"module"}')
  copyFileSync(LAUNCHER, join(clone, 'bin', 'loam.js'))
  const child = spawn(process.execPath, [join(clone, 'bin', 'loam.js'), 'start'])
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
  assert.deepEqual([said, code], ['What Loam is made of is not there: run `npm ci` in the project.\n', 1])
})

test('the audit log is of all environments unless one is named, and says so', async () => {
  for (const command of ['list', 'export']) {
    const { stdout } = await cli.run(['audit', command, '--help'])
    assert.match(stdout, /--env <dev-id> +only of this environment; default: of all/)
  }
})
