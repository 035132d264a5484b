// A database that is away is told by the loop, not by each of the destinations that wait for it.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { silentLog } from '../platform/log.ts'
import { wakeDeliveries } from '../queue/wake.ts'
import { openDatabase } from '../store/open.ts'
import { startDelivering } from './deliver.ts'
import { openWorld, pause, stateOf, until } from './test-world.ts'

const server = process.env.LOAM_TEST_DATABASE_URL ?? ''

test(
  'while the database is away, twenty destinations fill no log',
  { skip: server === '' && 'PostgreSQL: LOAM_TEST_DATABASE_URL' },
  async (t) => {
    const world = await openWorld(t)
    const row = await world.ctx.db.one<{ name: string }>('SELECT current_database() AS name')
    const { hostname, port } = new URL(server)
    const sockets = new Set<Socket>()
    const between = createServer((socket) => {
      const behind = connect(Number(port || 5432), hostname)
      for (const each of [socket, behind]) sockets.add(each.on('error', () => {}))
      socket.pipe(behind).pipe(socket)
    }).listen(0, '127.0.0.1')
    await once(between, 'listening')
    const url = new URL(server)
    url.host = `127.0.0.1:${(between.address() as AddressInfo).port}`
    url.pathname = `/${row!.name}`
    const db = await openDatabase(url.href)
    t.after(() => db.close())

    const lines: { level: string; message: string }[] = []
    const log = { ...silentLog }
    for (const level of ['warn', 'error'] as const) {
      log[level] = (_fields, message) => void lines.push({ level, message })
    }
    const loop = await startDelivering({ ...world.ctx, db, log }, { onlyProcess: true })
    const receiver = await world.receiver(() => 500)
    const destinations = await Promise.all(Array.from({ length: 20 }, () => world.destination(receiver.url)))
    const [id] = await world.append({ type: 'daily' })
    await until(async () => receiver.got.length === 20 && (await stateOf(world, id!)) === 'pending 1', 'not tried')
    assert.deepEqual(lines, [])

    between.close()
    for (const socket of sockets) socket.destroy()
    world.api.clock.advance(3600_000)
    wakeDeliveries(db, destinations)
    await pause(2500)
    await loop.stop(100)
    const told = lines.filter(({ level }) => level === 'warn')
    assert.deepEqual(
      lines.filter(({ level }) => level === 'error'),
      [],
    )
    assert.ok(told.some(({ message }) => message === 'the delivery loop cannot reach the database'))
    assert.ok(told.length < 10, JSON.stringify(told))
  },
)
