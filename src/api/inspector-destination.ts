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
    settings: JSON.stringify({ url: `${ownOrigin(ctx)}/inspect/${bin}` }),
    secrets_sealed: ctx.sealer.seal('{}', destinationPlace(id)),
    created_at: now,
    updated_at: now,
  })
  return { id, bin }
}

/** The server may start on another port than last time: destinations that mean itself go along. */
export async function followOwnAddress(ctx: Context, sql: Sql): Promise<void> {
  const origin = ownOrigin(ctx)
  const before = await readInstanceSetting(sql, 'own_origin')
  if (before === origin) return
  await writeInstanceSetting(sql, 'own_origin', origin)
  if (before === null) return
  for (const row of await allDestinations(sql)) {
    const settings = JSON.parse(row.settings) as { url?: unknown }
    if (typeof settings.url !== 'string' || !settings.url.startsWith(`${before}/inspect/`)) continue
    const url = `${origin}${settings.url.slice(before.length)}`
    await updateDestination(sql, {
      ...row,
      settings: JSON.stringify({ ...settings, url }),
      updated_at: Math.max(ctx.clock.now(), row.updated_at + 1),
    })
  }
}

/** Outside of the sandbox private addresses may be refused, our own too: there the public name is the way. */
function ownOrigin(ctx: Context): string {
  return ctx.sandbox ? ctx.internalUrl : ctx.publicUrl
}
