// Two versions on one PostgreSQL: while a newer one extends the schema, the servers of this one go on; a new start of this one is
// refused with the reason.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from '../src/config.ts'
import { startServer } from '../src/main.ts'
import { appendEvents } from '../src/outbox/append.ts'
import { openDatabase } from '../src/store/open.ts'
import { createTestDatabaseUrl } from './database.ts'

const skip = process.env.LOAM_TEST_DATABASE_URL ? false : 'several versions need PostgreSQL: LOAM_TEST_DATABASE_URL'

/** What a later version may do while this one runs: add, and nothing else. */
const EXPANDING = [
  'environments',
  'api_keys',
  'destinations',
  'connections',
  'events',
  'deliveries',
  'attempts',
  'jobs',
]

const FOLDER = new URL('../src/store/migrations/', import.meta.url)
const REMOVING =
  /\bDROP (?!CONSTRAINT|INDEX)|\bRENAME\b|\bSET NOT NULL\b|\bALTER COLUMN \w+ TYPE\b|\bADD COLUMN (?!.*\bDEFAULT\b).*NOT NULL/
/** Each puts back under the same name what it took away. */
const REBUILDING = ['0101_partitions.postgres.sql']

test('migrations only add, or say in their first line that they remove', () => {
  const removing = readdirSync(FOLDER).filter((file) => {
    const text = readFileSync(new URL(file, FOLDER), 'utf8')
    return !text.startsWith('-- Contracts: ') && REMOVING.test(text.replaceAll(/--.*$/gm, ''))
  })
  assert.deepEqual(removing, REBUILDING)
})

test('an index goes only if no statement can name it: one that is unique may be what ON CONFLICT means', () => {
  const texts = readdirSync(FOLDER).map((file) => readFileSync(new URL(file, FOLDER), 'utf8'))
  const named = (pattern: RegExp): string[] => texts.flatMap((text) => [...text.matchAll(pattern)].map((m) => m[1]!))
  const dropped = named(/\bDROP INDEX (?:IF EXISTS )?(\w+)/g)
  assert.ok(dropped.includes('records_day'))
  const unique = new Set(named(/\bCREATE UNIQUE INDEX (?:IF NOT EXISTS )?(\w+)/g))
  assert.deepEqual(
    dropped.filter((name) => unique.has(name)),
    [],
  )
})

test('a running server outlives what a newer version adds; an older one does not start on it', { skip }, async (t) => {
  const { url: databaseUrl, remove } = await createTestDatabaseUrl()
  t.after(remove)
  const folder = mkdtempSync(join(tmpdir(), 'loam-upgrade-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const got: string[] = []
  const sink = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => (text += chunk))
    request.on('end', () => {
      got.push(text)
      response.end()
    })
  })
  await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    sink.closeAllConnections()
    sink.close()
  })
  const admin = randomBytes(16).toString('hex')
  const settings = {
    LOAM_DATABASE_URL: databaseUrl,
    LOAM_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_ADMIN_TOKEN: admin,
    LOAM_LOG_LEVEL: 'silent',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
  }
  const running = await startServer(readConfig(settings, folder))
  let isRunning = true
  t.after(() => (isRunning ? running.stop() : undefined))
  const ask = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${running.ctx.internalUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    assert.ok(response.ok, `${path} answered ${response.status}: ${text}`)
    return JSON.parse(text) as Record<string, unknown>
  }
  const destination = await ask('POST', '/admin/v1/destinations', {
    type: 'webhook',
    url: `http://127.0.0.1:${(sink.address() as AddressInfo).port}/`,
  })
  const arrived = async (count: number): Promise<void> => {
    for (let i = 0; got.length < count; i++) {
      assert.ok(i < 200, 'it does not arrive')
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
  /** From the outbox, from the queue, and through the API. */
  const everything = async (): Promise<void> => {
    const before = got.length
    const { ctx, environment } = running
    const [id] = await ctx.db.transaction((tx) =>
      appendEvents(ctx, tx, [
        { environmentId: environment.id, connection: null, body: { type: 'sleep' }, lane: 'live' },
      ]),
    )
    await arrived(before + 1)
    await ask('POST', `/admin/v1/events/${id}/resend`, { destination_id: destination['id'] })
    await arrived(before + 2)
    for (const path of ['deliveries', 'events', 'jobs', 'users', 'environments', 'destinations']) {
      await ask('GET', `/admin/v1/${path}`)
    }
    await ask('GET', '/readyz')
  }
  // Twice: the second time its statements are prepared.
  await everything()
  await everything()

  const newer = await openDatabase(databaseUrl)
  t.after(() => newer.close())
  await newer.transaction(async (tx) => {
    for (const table of EXPANDING) await tx.run(`ALTER TABLE ${table} ADD COLUMN added_later TEXT DEFAULT 'x'`)
    await tx.run('CREATE TABLE made_later (id TEXT PRIMARY KEY)')
    await tx.run(`INSERT INTO schema_migrations VALUES (9999, '9999_later', 'x', 0)`)
  })
  for (let i = 0; i < 3; i++) await everything()

  await running.stop()
  isRunning = false
  await assert.rejects(
    startServer(readConfig(settings, folder)),
    /9999_later, which this version of Loam does not know/,
  )
})
