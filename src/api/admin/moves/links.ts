// Links by which people consent again.
import { z } from 'zod'
import { checkCurrentApi, moveLink, replacing } from '../../../credentials/moves.ts'
import { auditStatement } from '../../../store/audit.ts'
import type { Context } from '../../../store/context.ts'
import type { EnvironmentRow } from '../../../store/environments.ts'
import { listMoves } from '../../../store/moves.ts'
import { isoTime } from '../listing.ts'
import { oldConnection, replacedOf } from './old-connections.ts'

export const LinksInput = z.object({
  user_ids: z
    .array(z.string().max(200))
    .min(1)
    .max(200)
    .nullable()
    .optional()
    .describe('Old connections; default: the newest 200 for which nobody has consented again.'),
  days: z.int().min(1).max(90).optional().describe('How long the links are good. Default 30.'),
  success_url: z.url().max(2000).nullable().optional().describe("The app's own page after a success."),
  failure_url: z.url().max(2000).nullable().optional().describe("The app's own page after a failure."),
})

export const MoveLink = z.object({
  user_id: z.string(),
  reference_id: z.string().nullable(),
  url: z.string().describe('For this person alone: whoever opens it connects an account under their reference.'),
  expires_at: z.string(),
})
export type MoveLink = z.infer<typeof MoveLink>

export async function makeLinks(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string } & z.output<typeof LinksInput>,
): Promise<{ data: MoveLink[] }> {
  const { connector, replaced } = replacing(input.provider)
  await checkCurrentApi(ctx, environment.id, connector)
  const given = {
    days: input.days ?? 30,
    successUrl: input.success_url ?? null,
    failureUrl: input.failure_url ?? null,
  }
  const waiting = input.user_ids
    ? await Promise.all(input.user_ids.map((id) => oldConnection(ctx, environment, connector, replaced, id)))
    : (await listMoves(ctx.db, replacedOf(environment, connector, replaced), { cursor: null, limit: 200 })).rows
        .filter(({ moved }) => moved === null)
        .map(({ old }) => old)
  const acts = waiting.map((old) =>
    auditStatement(ctx, { action: 'move.links_made', environmentId: environment.id, userId: old.user_id }),
  )
  await ctx.db.transaction(async (tx) => tx.later(acts))
  return {
    data: waiting.map((old) => {
      const { url, expiresAt } = moveLink(ctx, old, given)
      return { user_id: old.user_id, reference_id: old.reference_id, url, expires_at: isoTime(expiresAt) }
    }),
  }
}
