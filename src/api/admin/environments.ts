import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { EnvironmentSettings } from '../../model/environment-settings.ts'
import { ApiError } from '../../platform/errors.ts'
import { audit } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import {
  environmentById,
  type EnvironmentRow,
  listEnvironments as listRows,
  updateEnvironment as updateRow,
} from '../../store/environments.ts'
import { storedSums, type StoredKind } from '../../store/stored.ts'
import { forgetCredentials } from '../authenticate.ts'
import { environmentSettings, EnvironmentSettingsChange } from '../environment-settings.ts'
import { createEnvironment } from '../environments.ts'
import { operation, Reply } from '../http/operation.ts'
import { isoTime, type Listing, listingSchema, wholeListing } from './listing.ts'

const Kind = z
  .enum(['testing', 'staging', 'production'])
  .describe(
    'What it is for. In production the dashboard hides health values until they are asked for; else nothing behaves differently.',
  )
const Name = z.string().trim().min(1).max(80)

export const EnvironmentView = z
  .object({
    dev_id: z.string().describe('Sent as the header `dev-id` on every call.'),
    name: z.string(),
    kind: Kind,
    settings: EnvironmentSettings,
    created_at: z.string(),
  })
  .meta({ id: 'Environment', description: 'A world of its own: keys, sources, destinations, users.' })
export type EnvironmentView = z.infer<typeof EnvironmentView>

export const NewEnvironmentInput = z.object({ name: Name, kind: Kind.default('testing') })
export const EnvironmentChange = z.object({
  name: Name.optional(),
  kind: Kind.optional(),
  settings: EnvironmentSettingsChange.optional().describe('Members that are left out stay as they are.'),
})

export const CreatedEnvironmentView = EnvironmentView.extend({
  api_key: z.string().describe('Server side only. `GET /admin/v1/keys?reveal=true` shows it again.'),
  signing_secret: z.string().describe('Verifies the signatures of events.'),
}).meta({ id: 'CreatedEnvironment' })
export type CreatedEnvironmentView = z.infer<typeof CreatedEnvironmentView>

export function environmentView(row: EnvironmentRow): EnvironmentView {
  return {
    dev_id: row.dev_id,
    name: row.name,
    kind: Kind.catch('testing').parse(row.kind),
    settings: environmentSettings(row),
    created_at: isoTime(row.created_at),
  }
}

/** Oldest first: the first one is what calls without a `dev-id` act on. */
export async function listEnvironments(ctx: Context): Promise<Listing<EnvironmentView>> {
  return wholeListing((await listRows(ctx.db)).map(environmentView))
}

/** Answers the new environment with its API key and signing secret. */
export async function addEnvironment(
  ctx: Context,
  input: z.output<typeof NewEnvironmentInput>,
): Promise<CreatedEnvironmentView> {
  const created = await createEnvironment(ctx, input)
  return {
    ...environmentView(created.environment),
    api_key: created.apiKey,
    signing_secret: created.signingSecret,
  }
}

export async function updateEnvironment(
  ctx: Context,
  environment: EnvironmentRow,
  input: z.output<typeof EnvironmentChange>,
): Promise<EnvironmentView> {
  const row = await ctx.db.transaction(async (tx) => {
    await tx.lock(`environment:${environment.id}`)
    const current = (await environmentById(tx, environment.id)) ?? environment
    const before = environmentSettings(current)
    const settings = EnvironmentSettings.parse({ ...before, ...input.settings })
    const next: EnvironmentRow = {
      ...current,
      name: input.name ?? current.name,
      kind: input.kind ?? current.kind,
      settings: isDeepStrictEqual(settings, before) ? current.settings : JSON.stringify(settings),
    }
    if (isDeepStrictEqual(next, { ...current })) return current
    const { settings: changed = {}, ...rest } = input
    await updateRow(tx, next)
    const details = { changed: [...Object.keys(rest), ...Object.keys(changed)] }
    audit(ctx, tx, { action: 'environment.changed', environmentId: environment.id, details })
    return next
  })
  forgetCredentials(ctx)
  return environmentView(row)
}

const Amount = z.object({
  items: z.int(),
  bytes: z.int().describe('Bodies as stored, and what rows and indexes take as a rule.'),
  counted_until: z.string().nullable().describe('What was written later is not counted yet. Null: nothing is.'),
})
export const StoredView = z
  .object({ events: Amount, attempts: Amount.describe('The log of failed attempts.') })
  .meta({ id: 'Stored', description: 'What an environment keeps of what it sent.' })
export type StoredView = z.infer<typeof StoredView>

export async function storedOf(ctx: Context, environment: EnvironmentRow): Promise<StoredView> {
  const sums = await storedSums(ctx.db, environment.id)
  const amount = (kind: StoredKind): z.infer<typeof Amount> => {
    const { items = 0, bytes = 0, counted_until: until = null } = sums.find((sum) => sum.kind === kind) ?? {}
    return { items: Number(items), bytes: Number(bytes), counted_until: until === null ? null : isoTime(Number(until)) }
  }
  return { events: amount('events'), attempts: amount('attempts') }
}

export const environmentOperations = [
  operation({
    method: 'GET',
    path: '/environments',
    id: 'listEnvironments',
    summary: 'List environments',
    tags: ['Environments'],
    auth: 'instance',
    responses: { 200: { description: 'Oldest first.', schema: listingSchema(EnvironmentView) } },
    handler: ({ ctx }) => listEnvironments(ctx),
  }),
  operation({
    method: 'POST',
    path: '/environments',
    id: 'createEnvironment',
    summary: 'Create an environment',
    description: 'With the sandbox on, every source is switched on in it.',
    tags: ['Environments'],
    auth: 'instance',
    body: NewEnvironmentInput,
    responses: { 201: { description: 'Created.', schema: CreatedEnvironmentView } },
    handler: async ({ ctx, body }) => new Reply(201, await addEnvironment(ctx, body)),
  }),
  operation({
    method: 'GET',
    path: '/environments/{dev_id}',
    id: 'getEnvironment',
    summary: 'Show one environment',
    tags: ['Environments'],
    auth: 'instance',
    params: z.object({ dev_id: z.string() }),
    responses: { 200: { description: 'The environment.', schema: EnvironmentView } },
    errors: { 404: 'No environment has this dev-id.' },
    handler: async ({ ctx, params }) => environmentView(await environmentNamed(ctx, params.dev_id)),
  }),
  operation({
    method: 'GET',
    path: '/environments/{dev_id}/stored',
    id: 'getStored',
    summary: 'How much an environment keeps of what it sent',
    tags: ['Environments'],
    auth: 'instance',
    params: z.object({ dev_id: z.string() }),
    responses: { 200: { description: 'Counted by the hour, some minutes late.', schema: StoredView } },
    errors: { 404: 'No environment has this dev-id.' },
    handler: async ({ ctx, params }) => storedOf(ctx, await environmentNamed(ctx, params.dev_id)),
  }),
  operation({
    method: 'PATCH',
    path: '/environments/{dev_id}',
    id: 'updateEnvironment',
    summary: 'Rename an environment or change its settings',
    tags: ['Environments'],
    auth: 'instance',
    params: z.object({ dev_id: z.string() }),
    body: EnvironmentChange,
    responses: { 200: { description: 'As it is now.', schema: EnvironmentView } },
    errors: { 404: 'No environment has this dev-id.' },
    handler: async ({ ctx, params, body }) => updateEnvironment(ctx, await environmentNamed(ctx, params.dev_id), body),
  }),
]

/** The environment that an admin call acts on: the named one, else the first. */
export async function environmentNamed(ctx: Context, devId: string | null): Promise<EnvironmentRow> {
  const rows = await listRows(ctx.db)
  const row = devId === null ? rows[0] : rows.find((each) => each.dev_id === devId)
  if (row === undefined) {
    const message = devId === null ? 'there is no environment yet' : `no environment has the dev-id ${devId}`
    throw new ApiError('environment_not_found', 404, message)
  }
  return row
}
