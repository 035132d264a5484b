// A file that cannot be opened is named, with what to do: SQLite's own words do neither.
import assert from 'node:assert/strict'
import {
  accessSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { copySqlite } from './copy-sqlite.ts'
import { openDatabase } from './open.ts'

const NOBODY = 65_534
const SOURCE = new URL('./sqlite-worker.ts', import.meta.url)
const ELSEWHERE = 'LOAM_DATABASE_URL must name a file where Loam may write'

test('what is no SQLite file is refused with its path', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-open-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const [directory, text, locked] = ['directory', 'text', 'locked'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  mkdirSync(directory)
  for (const file of [text, `${locked}.lock`]) writeFileSync(file, 'no database at all'.repeat(100))
  await assert.rejects(openDatabase(`sqlite:${directory}`), {
    message: `${directory}: unable to open database file; ${ELSEWHERE}`,
  })
  await assert.rejects(openDatabase(`sqlite:${text}`), { message: `${text}: file is not a database` })
  await assert.rejects(openDatabase(`sqlite:${locked}`), { message: `${locked}.lock: file is not a database` })
})

test('a file that may only be read, as one put back as another user, is refused with its path', async (t) => {
  const isRoot = process.geteuid!() === 0
  const folder = mkdtempSync(join(tmpdir(), 'loam-open-'))
  t.after(() => {
    if (isRoot) process.seteuid!(0)
    rmSync(folder, { recursive: true, force: true })
  })
  const file = join(folder, 'loam.db')
  const db = await openDatabase(`sqlite:${file}`)
  assert.equal((await db.one<{ page_size: number }>('PRAGMA page_size'))!.page_size, 8192)
  await db.run('CREATE TABLE rows (n INTEGER)')
  await db.close()
  chmodSync(file, 0o444)
  chmodSync(folder, 0o777)
  chmodSync(`${file}.lock`, 0o666)
  if (isRoot) process.seteuid!(NOBODY)
  if (!mayBeRead(SOURCE)) return t.skip('only root may read these sources')
  await assert.rejects(openDatabase(`sqlite:${file}`), {
    message: `${file}: attempt to write a readonly database; ${ELSEWHERE}`,
  })
})

test('what holds health records is for its owner alone, in whatever folder, and so is a copy', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'loam-open-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const before = process.umask(0o022)
  t.after(() => process.umask(before))
  const db = await openDatabase(`sqlite:${join(folder, 'loam.db')}`)
  await db.run('CREATE TABLE rows (n INTEGER)')
  await copySqlite(join(folder, 'loam.db'), join(folder, 'copy.db'))
  const names = readdirSync(folder).filter((name) => statSync(join(folder, name)).size > 0)
  for (const name of ['loam.db', 'loam.db-wal', 'copy.db']) assert.ok(names.includes(name), name)
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  await db.close()
})

test(
  'temporary files lie beside the database: /tmp may be small, somebody else’s, or not there',
  { skip: !existsSync('/proc/self/fd') },
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "loam-open-'"))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const db = await openDatabase(`sqlite:${join(folder, 'loam.db')}`)
    await db.run('CREATE TEMP TABLE aside (body BLOB)')
    await db.run('INSERT INTO aside VALUES (zeroblob(20000000))')
    const open = readdirSync('/proc/self/fd').map(whereItIs)
    await db.close()
    assert.deepEqual(
      open.filter((path) => path.includes('/etilqs_')).map((path) => dirname(path)),
      [folder],
    )
  },
)

function whereItIs(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`)
  } catch {
    return ''
  }
}

test(
  'a place where no folder can be made is refused, though Node would try for ever',
  {
    skip: !existsSync('/proc/self'),
  },
  async () => {
    await assert.rejects(openDatabase('sqlite:/proc/self/none/loam.db'), (error: Error) => {
      assert.match(error.message, /^\/proc\/self\/none\/loam\.db\.lock: ENOENT/)
      return error.message.endsWith(ELSEWHERE)
    })
  },
)

function mayBeRead(file: URL): boolean {
  try {
    accessSync(file)
    return true
  } catch {
    return false
  }
}
