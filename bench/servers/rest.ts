// The product as it is started, with some weeks of one person at Garmin stored: their days are asked for over REST.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { connectorById } from '../../src/connectors/index.ts'
import { applicationOf } from '../../src/credentials/client.ts'
import { startServer } from '../../src/main.ts'
import { daysBetween } from '../../src/model/local-day.ts'
import { putCoverage } from '../../src/store/records.ts'
import { serveContestant } from '../lib/contestant.ts'
import { garminPushes } from '../lib/events.ts'
import { people } from './people.ts'

/** Of pushes as `garminPushes` makes them for one person. */
const FIRST = '1990-01-01'
const LAST = '1990-01-28'
const KEY = 'bench-key-0123456789'

const folder = mkdtempSync(join(tmpdir(), 'loam-bench-'))
const config = readConfig(
  {
    LOAM_PORT: '0',
    LOAM_DATA_DIR: folder,
    LOAM_DATABASE_URL: process.env.BENCH_DATABASE!,
    LOAM_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
    LOAM_DEV_ID: 'bench',
    LOAM_API_KEY: KEY,
    LOAM_SANDBOX: 'on',
    LOAM_BACKFILL_DAYS: '0',
    LOAM_LOG_LEVEL: 'error',
  },
  folder,
)
const running = await startServer(config)
const { ctx, environment } = running
// What is measured is no limit of its own.
await ctx.db.run(`UPDATE environments SET settings = '{"api_requests_per_minute":null}'`)
const [person] = await people(ctx, environment.id, 1)
const application = await applicationOf(ctx, environment.id, connectorById('GARMIN')!)
const days = daysBetween(FIRST, LAST)
const pushes = garminPushes(1)
for (const i of days.keys()) {
  const response = await fetch(application.callbackUrl.replace(ctx.publicUrl, ctx.internalUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'garmin-client-id': application.client.id },
    body: pushes.text(i),
  })
  if (response.status !== 200) throw new Error(`a push was answered ${response.status}`)
}
// As after history was asked for: nobody asks the provider for these days.
await ctx.db.batch(putCoverage(person!.user_id, 'daily', days, Date.now()))
serveContestant(
  {
    url: ctx.internalUrl,
    path: `/v2/daily?user_id=${person!.user_id}&to_webhook=false`,
    headers: { 'dev-id': 'bench', 'x-api-key': KEY },
  },
  async () => {
    await running.stop()
    rmSync(folder, { recursive: true, force: true })
  },
)
