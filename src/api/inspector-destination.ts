// Destinations that point at our own webhook inspector.
import { destinationPlace } from '../deliver/open-destination.ts'
import { newId } from '../model/ids.ts'
import { randomToken } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import type { Sql } from '../store/database.ts'
import { allDestinations, insertDestination, NEW_DESTINATION, updateDestination } from '../store/destinations.ts'
import type { EnvironmentRow } from '../store/environments.ts'
import { readInstanceSetting, writeInstanceSetting } from '../store/instance-settings.ts'

/** The destination that a new installation starts with, so that its first event is seen. */
export async function addInspectorDestination(
  ctx: Context,
  sql: Sql,
  environment: EnvironmentRow,
): Promise<{ id: string; bin: string }> {
  const id = newId()
  const bin = randomToken(9)
  const now = ctx.clock.now()
  await insertDestination(sql, {
    ...NEW_DESTINATION,
    id,
    environment_id: environment.id,
    type: 'webhook',
    name: 'Inspector',
    settings: JSON.stringify({ url: `${ctx.publicUrl}/inspect/${bin}` }),
    secrets_sealed: ctx.sealer.seal('{}', destinationPlace(id)),
    created_at: now,
    updated_at: now,
  })
  return { id, bin }
}

/**
 * The address that destinations which mean ourselves are kept under. Whoever answers the API (`leads`) may start at another
 * than last time, and they go along; a server that only delivers goes by what is kept.
 */
export async function followOwnAddress(
  { db, clock }: Pick<Context, 'db' | 'clock'>,
  { publicUrl, leads }: { publicUrl: string; leads: boolean },
): Promise<string> {
  return db.transaction(async (tx) => {
    await tx.lock('own-origin')
    const before = await readInstanceSetting(tx, 'own_origin')
    if (before !== null && (before === publicUrl || !leads)) return before
    await writeInstanceSetting(tx, 'own_origin', publicUrl)
    if (before !== null) await move(tx, before, publicUrl, clock.now())
    return publicUrl
  })
}

async function move(sql: Sql, from: string, to: string, now: number): Promise<void> {
  for (const row of await allDestinations(sql)) {
    const settings = JSON.parse(row.settings) as { url?: unknown }
    if (typeof settings.url !== 'string' || !settings.url.startsWith(`${from}/inspect/`)) continue
    const url = `${to}${settings.url.slice(from.length)}`
    await updateDestination(sql, {
      ...row,
      settings: JSON.stringify({ ...settings, url }),
      updated_at: Math.max(now, row.updated_at + 1),
    })
  }
}
