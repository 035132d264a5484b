import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { connectors } from '../../connectors/index.ts'
import { DataType } from '../../model/data-type.ts'
import { inStyle } from '../../model/environment-settings.ts'
import { dataEvent } from '../../model/events.ts'
import { wireTimestamp } from '../../model/timestamps.ts'
import type { TerraUser } from '../../model/user.ts'
import { appendEvents } from '../../outbox/append.ts'
import { terraUser } from '../../outbox/terra-user.ts'
import { generateRecords } from '../../simulator/payloads.ts'
import type { ConnectionRow } from '../../store/connections.ts'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import { deliveriesOfEvent } from '../../store/deliveries.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { connectionNamed, mustBeThere } from '../connection-named.ts'
import { environmentSettings } from '../environment-settings.ts'
import { operation } from '../http/operation.ts'
import { localDayText } from '../http/parameters.ts'
import { ProviderName } from '../provider-name.ts'

export const GenerateInput = z.object({
  type: DataType,
  provider: ProviderName.optional().describe("Whose data it looks like. Default: the user's, else the first source."),
  user_id: z.string().max(200).optional().describe('A user of yours. Without it, a made-up one.'),
  reference_id: z.string().max(1000).nullable().optional().describe('Of the made-up user.'),
  person: z.string().max(200).optional().describe('Seed: the same person gives the same data.'),
  day: localDayText.optional().describe('The last day. Default: yesterday, where the person is.'),
  count: z.int().min(1).max(31).default(1).describe('How many records, on consecutive days.'),
  send: z.boolean().default(false).describe('True delivers the event; false shows it.'),
  destination_id: z.string().max(200).optional().describe('Only to this destination.'),
})

export const GeneratedView = z
  .object({
    event: z.record(z.string(), z.unknown()).describe('The event, as it is delivered.'),
    event_id: z.string().nullable().describe('Null when nothing was sent.'),
    delivery_ids: z.array(z.string()),
  })
  .meta({ id: 'Generated' })
export type GeneratedView = z.infer<typeof GeneratedView>

/** The payload simulator: a plausible event of any data type, shown or sent. Nothing is stored as a record. */
export async function generate(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.input<typeof GenerateInput>,
): Promise<GeneratedView> {
  const connection = input.user_id === undefined ? null : await connectionNamed(ctx, environment, input.user_id)
  const provider = input.provider?.toUpperCase() ?? connection?.provider ?? connectors[0]!.id
  const user = connection === null ? madeUpUser(ctx, provider, input) : terraUser(connection)
  const records = generateRecords(input.type, {
    provider,
    person: input.person ?? user.user_id,
    day: input.day,
    count: input.count ?? 1,
  })
  const settings = environmentSettings(environment)
  const styled = records.map((record) => inStyle(settings, input.type, record, settings.samples_enabled))
  const event = dataEvent(input.type, user, styled)
  const shown = event as Record<string, unknown>
  if (input.send !== true) return { event: shown, event_id: null, delivery_ids: [] }
  const eventId = await send(ctx, environment, connection, event, records.length, input.destination_id)
  const deliveries = await deliveriesOfEvent(ctx.db, eventId)
  return { event: shown, event_id: eventId, delivery_ids: deliveries.map((row) => row.id) }
}

async function send(
  ctx: Context,
  environment: EnvironmentRow,
  connection: ConnectionRow | null,
  body: { type: string },
  recordCount: number,
  onlyDestinationId: string | undefined,
): Promise<string> {
  const event = {
    environmentId: environment.id,
    connection,
    body,
    lane: 'live' as const,
    recordCount,
    onlyDestinationId,
  }
  const userId = connection?.user_id ?? null
  return ctx.db.transaction(async (tx) => {
    if (userId !== null) await mustBeThere(tx, userId)
    const [id] = await appendEvents(ctx, tx, [event])
    const act = { environmentId: environment.id, userId, subject: id!, details: { type: body.type } }
    audit(ctx, tx, { action: 'event.made_up', ...act })
    return id!
  })
}

function madeUpUser(
  ctx: Context,
  provider: string,
  input: { person?: string; reference_id?: string | null },
): TerraUser {
  return {
    user_id: randomUUID(),
    provider,
    last_webhook_update: null,
    created_at: wireTimestamp(ctx.clock.now()),
    scopes: null,
    reference_id: input.reference_id ?? null,
    active: true,
  }
}

export const generateOperations = [
  operation({
    method: 'POST',
    path: '/generate',
    id: 'generate',
    summary: 'Make up a payload of any data type, and send it if you like',
    description: 'Nothing is stored as a record; a sent payload is an event like any other.',
    tags: ['Simulator'],
    auth: 'admin',
    body: GenerateInput,
    responses: { 200: { description: 'The event.', schema: GeneratedView } },
    errors: { 404: 'This environment has no such user.' },
    handler: ({ ctx, environment, body }) => generate(ctx, environment, body),
  }),
]
