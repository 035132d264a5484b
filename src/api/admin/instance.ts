import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { offeredTypes } from '../../deliver/open-destination.ts'
import type { Context } from '../../store/context.ts'
import { listEnvironments } from '../../store/environments.ts'
import { operation } from '../http/operation.ts'
import { VERSION } from '../version.ts'

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
    time: new Date(ctx.clock.now()).toISOString(),
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
