// How far a move to a new API is, and what stands in its way.
import { z } from 'zod'
import type { Connector, Replaced } from '../../../connectors/connector.ts'
import { clientIdOf } from '../../../credentials/client.ts'
import { replacing } from '../../../credentials/moves.ts'
import { secretExtra, settingsOfSource } from '../../../credentials/source-settings.ts'
import { localDayOf } from '../../../model/local-day.ts'
import type { Context } from '../../../store/context.ts'
import type { EnvironmentRow } from '../../../store/environments.ts'
import { countMoves } from '../../../store/moves.ts'
import { type SourceRow, sourceOf } from '../../../store/sources.ts'
import { isoTime } from '../listing.ts'
import { replacedOf } from './old-connections.ts'

/** Google's seven days, with room for what a clock differs. */
const SOON_MS = 8 * 86_400_000

export const MoveWarning = z.object({
  code: z.enum([
    'old_api_chosen',
    'old_api_ended',
    'no_credentials',
    'no_old_credentials',
    'restricted_scopes',
    'testing_mode',
    'no_notifications',
  ]),
  message: z.string(),
})
export type MoveWarning = z.infer<typeof MoveWarning>

export const MoveCheck = z
  .object({
    provider: z.string(),
    from: z.string().describe('The variant that was replaced.'),
    ended_on: z.string().describe('The first day on which it answered no more.'),
    waiting: z.int().describe('Old connections for which nobody has consented again.'),
    both: z.int().describe('Old connections with a new one beside them.'),
    current: z.int().describe('Connections with the new API.'),
    warnings: z.array(MoveWarning),
  })
  .meta({ id: 'MoveCheck' })
export type MoveCheck = z.infer<typeof MoveCheck>

export async function checkMoves(
  ctx: Context,
  environment: EnvironmentRow,
  input: { provider: string },
): Promise<MoveCheck> {
  const { connector, replaced } = replacing(input.provider)
  const source = await sourceOf(ctx.db, environment.id, connector.id)
  const counts = await countMoves(ctx.db, replacedOf(environment, connector, replaced))
  return {
    provider: connector.id,
    from: replaced.variant,
    ended_on: replaced.endedOn,
    waiting: counts.old - counts.both,
    both: counts.both,
    current: counts.current,
    warnings: warningsOf(ctx, connector, replaced, source, counts),
  }
}

function warningsOf(
  ctx: Context,
  connector: Connector,
  replaced: Replaced,
  source: SourceRow | null,
  counts: Awaited<ReturnType<typeof countMoves>>,
): MoveWarning[] {
  const warnings: MoveWarning[] = []
  const warn = (code: MoveWarning['code'], message: string): void => void warnings.push({ code, message })
  const settings = source === null ? {} : settingsOfSource(source)
  if (settings.api !== undefined) {
    warn('old_api_chosen', `New connections still use the API ${settings.api}: set the source's \`api\` to null.`)
  }
  if (counts.old > 0 && localDayOf(ctx.clock.now(), null) >= replaced.endedOn) {
    warn('old_api_ended', `The old API ended on ${replaced.endedOn}: ${counts.old} connections of it get no new data.`)
  }
  const sandboxed = source === null || source.client_id === null
  if (sandboxed && !ctx.sandbox) {
    warn('no_credentials', `${connector.name} has no client id and secret of the new API.`)
  }
  const oldApi = connector.variants?.[replaced.variant]
  const nobody = source === null || oldApi?.ownClient === undefined || clientIdOf(source, oldApi) !== null
  if (counts.old > 0 && !nobody && !ctx.sandbox) {
    warn(
      'no_old_credentials',
      `${connector.name} has no client of the old API: ${counts.old} connections of it cannot be refreshed. Give the source ` +
        `${Object.values(oldApi.ownClient!).join(' and ')}.`,
    )
  }
  const scopes = source?.scopes?.split(',') ?? [...connector.auth.scopes]
  const restricted = scopes.filter((scope) => replaced.restricted.scopes.includes(scope))
  if (restricted.length > 0) {
    warn(
      'restricted_scopes',
      `${restricted.length} of ${scopes.length} scopes are restricted: before the provider has reviewed the application at most ` +
        `${replaced.restricted.people} people may connect (${counts.current} have, ${counts.old - counts.both} wait), and every year again it is assessed.`,
    )
  }
  const ending = counts.first_ending
  if (ending !== null) {
    const when = ending - ctx.clock.now() <= SOON_MS ? `the first on ${isoTime(ending)!.slice(0, 10)}` : 'later'
    warn(
      'testing_mode',
      `The consent screen is in testing: refresh tokens of ${counts.ending} connections end by themselves, ${when}, and these ` +
        'people must sign in again each time. Publish the application to production before you send links.',
    )
  }
  // Those of the new API alone.
  const old = Object.values(oldApi?.ownClient ?? {})
  const fields = connector.credentialFields?.filter(({ name }) => !old.includes(name)) ?? []
  const secrets = source === null ? {} : secretExtra(ctx, source)
  const given = new Set([...Object.keys(settings.extra ?? {}), ...Object.keys(secrets)])
  if (!sandboxed && fields.some(({ name }) => !given.has(name))) {
    warn(
      'no_notifications',
      `Without ${fields.map(({ label }) => label).join(' and ')} nothing is announced: data is polled.`,
    )
  }
  return warnings
}
