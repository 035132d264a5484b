// Loam's engine behind a route that the shipped API does not have: the outbox, the store and the delivery loop as shipped.
// BENCH_ROLE: `all` takes and delivers, `in` only takes, `deliver` only delivers.
import { createDestination } from '../../src/api/admin/destinations.ts'
import { ensureFirstEnvironment } from '../../src/api/environments.ts'
import { startDelivering } from '../../src/deliver/deliver.ts'
import { appendEvents } from '../../src/outbox/append.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import { createLog } from '../../src/platform/log.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { createNetwork } from '../../src/platform/network.ts'
import { createSealer } from '../../src/platform/seal.ts'
import type { Context } from '../../src/store/context.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openDatabase } from '../../src/store/open.ts'
import { makePartitions } from '../../src/store/partitions.ts'
import { serveContestant } from '../lib/contestant.ts'
import { fill } from './fill.ts'
import { serveEvents } from './http-in.ts'
import { people } from './people.ts'

const role = process.env.BENCH_ROLE ?? 'all'
const databaseUrl = process.env.BENCH_DATABASE!
const log = createLog('error')
const http = createHttp({ allowPrivate: true, userAgent: 'Loam/bench' })
const db = await openDatabase(databaseUrl, log)
await migrate(db)
// As the inbound loop does, which does not run here.
if (db.dialect === 'postgres') await makePartitions(db, Date.now())
const ctx: Context = {
  db,
  clock: systemClock,
  http,
  destinationHttp: http,
  destinationNetwork: createNetwork({ allowPrivate: true }),
  log,
  metrics: createMetrics(),
  sealer: createSealer(Buffer.alloc(32, 7).toString('base64')),
  publicUrl: 'http://127.0.0.1',
  internalUrl: 'http://127.0.0.1',
  sandbox: true,
  sandboxClient: (devId) => ({ id: `sandbox-${devId}`, secret: 'sandbox' }),
  backfillDays: 0,
}
const { environment, created } = await ensureFirstEnvironment(ctx, {
  devId: 'bench',
  apiKey: 'bench-key-0123456789',
  signingSecret: 'a'.repeat(48),
})
if (created) {
  await db.run('DELETE FROM destinations')
  for (const url of process.env.BENCH_SINKS!.split(',')) {
    await createDestination(ctx, environment, { type: 'webhook', url, delivery: { concurrency: 32 } })
  }
}
const connections = await people(ctx, environment.id, 200)
if (created && process.env.BENCH_STORED !== undefined) {
  const state = process.env.BENCH_STORED_STATE as 'delivered' | 'pending'
  await fill(ctx, environment.id, connections, { events: Number(process.env.BENCH_STORED), state })
}
const loop =
  role === 'in' ? null : await startDelivering(ctx, { onlyProcess: role === 'all' && db.dialect === 'sqlite' })
let turn = 0
const { url, server } = await serveEvents(({ id, event }) => {
  const connection = connections[turn++ % connections.length]!
  return db.transaction((tx) =>
    appendEvents(ctx, tx, [
      { environmentId: environment.id, connection, body: event, lane: 'live', traceId: id, recordCount: 1 },
    ]),
  )
})
if (role === 'deliver') server.close()
serveContestant(url, async () => {
  server.closeAllConnections()
  server.close()
  await loop?.stop(10_000)
  await http.close()
  await db.close()
})
