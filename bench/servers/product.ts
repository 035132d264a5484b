// The product as it is started, in the sandbox, with people at Garmin.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { connectorById } from '../../src/connectors/index.ts'
import { applicationOf } from '../../src/credentials/client.ts'
import { type Running, startServer } from '../../src/main.ts'

export const DEV_ID = 'bench'
export const API_KEY = 'bench-key-0123456789'

export interface Product {
  running: Running
  /** Where Garmin pushes to, and what it says who it is by. */
  hook: URL
  clientId: string
  stop(): Promise<void>
}

/** On the database of BENCH_DATABASE. */
export async function startProduct(): Promise<Product> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-bench-'))
  const config = readConfig(
    {
      LOAM_PORT: '0',
      LOAM_DATA_DIR: folder,
      LOAM_DATABASE_URL: process.env.BENCH_DATABASE!,
      LOAM_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString('base64'),
      LOAM_DEV_ID: DEV_ID,
      LOAM_API_KEY: API_KEY,
      LOAM_SANDBOX: 'on',
      LOAM_ALLOW_PRIVATE_DESTINATIONS: 'on',
      LOAM_BACKFILL_DAYS: '0',
      LOAM_LOG_LEVEL: 'error',
    },
    folder,
  )
  const running = await startServer(config)
  const { client, callbackUrl } = await applicationOf(running.ctx, running.environment.id, connectorById('GARMIN')!)
  return {
    running,
    hook: new URL(callbackUrl.replace(running.ctx.publicUrl, running.ctx.internalUrl)),
    clientId: client.id,
    async stop() {
      await running.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
