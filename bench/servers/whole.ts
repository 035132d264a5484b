// The product as it is started, in the sandbox, with people connected at Garmin: pushes in, webhooks out.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDestination } from '../../src/api/admin/destinations.ts'
import { readConfig } from '../../src/config.ts'
import { connectorById } from '../../src/connectors/index.ts'
import { applicationOf } from '../../src/credentials/client.ts'
import { startServer } from '../../src/main.ts'
import { serveContestant } from '../lib/contestant.ts'
import { people } from './people.ts'

const folder = mkdtempSync(join(tmpdir(), 'loam-bench-'))
const config = readConfig(
  {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: process.env.BENCH_DATABASE!,
    LOAM_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    LOAM_DEV_ID: 'bench',
    LOAM_API_KEY: 'bench-key-0123456789',
    LOAM_SANDBOX: 'on',
    LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
    LOAM_BACKFILL_DAYS: '0',
    LOAM_LOG_LEVEL: 'error',
  },
  folder,
)
const running = await startServer(config)
const { ctx, environment } = running
await ctx.db.run('DELETE FROM destinations')
await createDestination(ctx, environment, {
  type: 'webhook',
  url: process.env.BENCH_SINKS!,
  delivery: { concurrency: 32 },
})
await people(ctx, environment.id, 200)
const application = await applicationOf(ctx, environment.id, connectorById('GARMIN')!)
const hook = new URL(application.callbackUrl)
serveContestant(
  {
    url: hook.origin,
    path: `${hook.pathname}${hook.search}`,
    headers: { 'garmin-client-id': application.client.id },
  },
  async () => {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  },
)
