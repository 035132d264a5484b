// Which place bodies are moved to. It belongs to one installation, and stays the same as long as rows name what lies there.
import { newId } from '../model/ids.ts'
import { BodiesUnavailable, type BodyStore } from '../store/bodies.ts'
import type { Context } from '../store/context.ts'
import { forgetDeletions } from '../store/body-moves.ts'
import { readInstanceSetting, writeInstanceSetting } from '../store/instance-settings.ts'
import { folderBodies } from './folder.ts'
import { bucketBodies } from './s3.ts'
import { type BodiesReturn, type BodiesSetting, MARK } from './setting.ts'

export async function openBodies(
  setting: BodiesSetting,
  ctx: Pick<Context, 'db' | 'http' | 'clock' | 'log'>,
  back: BodiesReturn = 'off',
): Promise<BodyStore | undefined> {
  const used = await readInstanceSetting(ctx.db, 'bodies_place')
  const bodies = storeOf(setting, ctx)
  if (used !== null && used !== bodies?.place) {
    throw new Error(
      `LOAM_BODIES must be ${used}, where bodies lie already: LOAM_BODIES_RETURN=on brings them back into the database. To change ` +
        'the place, copy all that is there, stop every server, and change `bodies_place` in the table instance_settings',
    )
  }
  if (bodies === undefined) {
    await forgetDeletions(ctx.db)
    return undefined
  }
  if (back !== 'off' && used === null) {
    ctx.log.info({ place: bodies.place }, 'nothing lies there any more: set LOAM_BODIES=database')
    return undefined
  }
  try {
    await claim(bodies, await installationId(ctx), used === null)
  } catch (error) {
    // It was there before, so what needs it waits for it.
    if (used === null || !(error instanceof BodiesUnavailable)) throw error
    ctx.log.warn({ err: error }, 'bodies cannot be reached')
  }
  await writeInstanceSetting(ctx.db, 'bodies_place', bodies.place)
  return bodies
}

function storeOf(setting: BodiesSetting, world: Pick<Context, 'http' | 'clock'>): BodyStore | undefined {
  if (setting.kind === 'database') return undefined
  return setting.kind === 'folder' ? folderBodies(setting.folder) : bucketBodies(setting, world)
}

async function claim(bodies: BodyStore, id: string, isNew: boolean): Promise<void> {
  const mark = await bodies.get(MARK)
  const own = JSON.stringify({ installation: id })
  if (mark === null && isNew) return await bodies.put(MARK, Buffer.from(own))
  // Not made anew: what is empty now may be the folder below a file system that is not mounted.
  if (mark === null) throw new BodiesUnavailable(`${bodies.place}: ${MARK}, which holds ${own}, is not there`)
  if (!Buffer.from(mark).toString('utf8').includes(id)) {
    throw new Error(
      `LOAM_BODIES is ${bodies.place}, which belongs to another installation (${MARK} says so): set a prefix of its own`,
    )
  }
}

async function installationId({ db }: Pick<Context, 'db'>): Promise<string> {
  const known = await readInstanceSetting(db, 'installation_id')
  if (known !== null) return known
  await db.run(`INSERT INTO instance_settings (name, value) VALUES ('installation_id', $1) ON CONFLICT DO NOTHING`, [
    newId(),
  ])
  return (await readInstanceSetting(db, 'installation_id'))!
}
