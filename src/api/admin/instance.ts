import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { offeredTypes } from '../../deliver/open-destination.ts'
import { bodiesPlace, bodiesTrouble, bodiesWaiting, MOST_COUNTED, returnPass } from '../../store/body-state.ts'
import type { Context } from '../../store/context.ts'
import { listEnvironments } from '../../store/environments.ts'
import { operation } from '../http/operation.ts'
import { isoTime } from './listing.ts'
import { VERSION } from '../version.ts'

const Bodies = z
  .object({
    place: z.string().nullable().describe('Where bodies lie; null: all came back.'),
    waiting: z.number().describe(`Rows that are due to be moved; no more than ${MOST_COUNTED} are counted.`),
    late_seconds: z.number().describe('For how long the first of them has been.'),
    failing_since: z.string().nullable().describe('Since when every turn of moving has failed.'),
    error: z.string().nullable().describe('What the last one met.'),
    returned: z
      .union([z.object({ bodies: z.number(), missing: z.number(), finished_at: z.string().nullable() }), z.null()])
      .describe('How far LOAM_BODIES_RETURN is; null: nothing is brought back.'),
  })
  .meta({ id: 'BodiesState', description: 'How the moving of bodies (LOAM_BODIES) goes.' })

export const InstanceView = z
  .object({
    version: z.string(),
    public_url: z.string(),
    database: z.enum(['sqlite', 'postgres']),
    sandbox: z.boolean().describe('Sources without credentials run against the built-in simulators.'),
    backfill_days: z.number().describe('Days of history fetched when someone connects.'),
    environments: z.number(),
    providers: z.array(z.string()),
    destination_types: z.array(z.string()),
    bodies: z.union([Bodies, z.null()]).describe('Null: they stay in the database.'),
    time: z.string().describe("The server's clock."),
  })
  .meta({ id: 'Instance' })
export type InstanceView = z.infer<typeof InstanceView>

export async function instanceInfo(ctx: Context): Promise<InstanceView> {
  return {
    version: VERSION,
    public_url: ctx.publicUrl,
    database: ctx.db.dialect,
    sandbox: ctx.sandbox,
    backfill_days: ctx.backfillDays,
    environments: (await listEnvironments(ctx.db)).length,
    providers: connectors.map((connector) => connector.id),
    destination_types: offeredTypes(ctx).map((type) => type.id),
    bodies: await bodiesView(ctx),
    time: new Date(ctx.clock.now()).toISOString(),
  }
}

async function bodiesView({ db, bodies }: Context): Promise<InstanceView['bodies']> {
  if (bodies === undefined) return null
  const [place, waiting, trouble, pass] = await Promise.all([
    bodiesPlace(db),
    bodiesWaiting(db, Date.now()),
    bodiesTrouble(db),
    returnPass(db),
  ])
  const finishedAt = pass?.finishedAt ?? null
  return {
    place,
    waiting: waiting.reduce((sum, { rows }) => sum + rows, 0),
    late_seconds: Math.round(Math.max(...waiting.map(({ lateMs }) => lateMs)) / 1000),
    failing_since: trouble === null ? null : isoTime(trouble.since),
    error: trouble?.error ?? null,
    returned:
      pass === null
        ? null
        : {
            bodies: pass.returned,
            missing: pass.missing,
            finished_at: finishedAt === null ? null : isoTime(finishedAt),
          },
  }
}

export const instanceOperations = [
  operation({
    method: 'GET',
    path: '/instance',
    id: 'instanceInfo',
    summary: 'Show what this installation is',
    tags: ['Instance'],
    auth: 'instance',
    responses: { 200: { description: 'The installation.', schema: InstanceView } },
    handler: ({ ctx }) => instanceInfo(ctx),
  }),
]
