// A new signing secret for one destination, without a receiver losing an event.
import { z } from 'zod'
import { destinationPlace, destinationSettings } from '../../deliver/open-destination.ts'
import {
  environmentSecrets,
  previousSecrets,
  previousSecretsPlace,
  type StoredSecret,
} from '../../deliver/signing-secrets.ts'
import { ApiError } from '../../platform/errors.ts'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import { destinationById, updateDestination } from '../../store/destinations.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { newSigningSecret } from '../environments.ts'
import { operation, Reply } from '../http/operation.ts'
import { openSecrets } from './destination-view.ts'
import { RotateInput } from './keys.ts'
import { isoTime } from './listing.ts'

/** Each of them signs every event. */
const MOST_PREVIOUS = 5

export const DestinationSecretView = z
  .object({
    signing_secret: z.string().describe('The new secret, shown this once.'),
    previous_until: z.string().nullable().describe('Until when the old one signs too; null when it has ended.'),
  })
  .meta({ id: 'DestinationSecret' })
export type DestinationSecretView = z.infer<typeof DestinationSecretView>

/** What signed until now, its own or its environment's, signs beside the new one for `overlap_seconds`. */
export async function rotateDestinationSecret(
  ctx: Context,
  environment: EnvironmentRow,
  input: { destination_id: string; overlap_seconds: number },
): Promise<DestinationSecretView> {
  const secret = newSigningSecret()
  const now = ctx.clock.now()
  const until = now + input.overlap_seconds * 1000
  const ofEnvironment = await environmentSecrets(ctx, environment.id)
  const previous = await ctx.db.transaction(async (tx) => {
    await tx.lock(`destination:${input.destination_id}`)
    const row = await destinationById(tx, input.destination_id)
    if (row === null || row.environment_id !== environment.id) {
      throw new ApiError('destination_not_found', 404, 'destination not found')
    }
    const { type, settings } = destinationSettings(ctx, row)
    if (!('signing_secret' in type.settings.shape)) {
      throw new ApiError('invalid_request', 400, `destination_id: ${type.id} destinations sign nothing`)
    }
    const own = settings.signing_secret
    const before: StoredSecret[] = [
      ...(typeof own === 'string' ? [own] : ofEnvironment).map((each) => ({ secret: each, until })),
      ...previousSecrets(ctx, row).map((each) => ({ ...each, until: Math.min(each.until ?? until, until) })),
    ]
    const kept = before.filter((each) => each.until! > now).slice(0, MOST_PREVIOUS)
    await updateDestination(tx, {
      ...row,
      secrets_sealed: ctx.sealer.seal(
        JSON.stringify({ ...openSecrets(ctx, row), signing_secret: secret }),
        destinationPlace(row.id),
      ),
      previous_secrets_sealed:
        kept.length === 0 ? null : ctx.sealer.seal(JSON.stringify(kept), previousSecretsPlace(row.id)),
      updated_at: Math.max(now, row.updated_at + 1),
    })
    audit(ctx, tx, {
      action: 'destination.secret_rotated',
      environmentId: environment.id,
      subject: row.id,
      details: { overlap_seconds: input.overlap_seconds },
    })
    return kept
  })
  ctx.log.info({ environmentId: environment.id, destinationId: input.destination_id }, 'signing secret rotated')
  return { signing_secret: secret, previous_until: isoTime(previous[0]?.until ?? null) }
}

export const destinationSecretOperations = [
  operation({
    method: 'POST',
    path: '/destinations/{destination_id}/signing-secret/rotate',
    id: 'rotateDestinationSecret',
    summary: 'Make a new signing secret for one destination',
    description:
      'Until the old one ends, every event carries two signatures: `t=…,v1=<new>,v1=<old>`. A destination that used its ' +
      "environment's secret has its own from then on.",
    tags: ['Destinations'],
    auth: 'admin',
    params: z.object({ destination_id: z.string() }),
    body: RotateInput,
    responses: { 201: { description: 'The new secret, in full.', schema: DestinationSecretView } },
    errors: { 404: 'This environment has no such destination.' },
    handler: async ({ ctx, environment, params, body }) =>
      new Reply(201, await rotateDestinationSecret(ctx, environment, { ...params, ...body })),
  }),
]
