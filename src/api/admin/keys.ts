import { z } from 'zod'
import type { StoredSecret } from '../../deliver/signing-secrets.ts'
import { ApiError } from '../../platform/errors.ts'
import { randomToken } from '../../platform/seal.ts'
import { audit, auditStatement } from '../../store/audit.ts'
import type { Context } from '../../store/context.ts'
import {
  type ApiKeyRow,
  deleteApiKey,
  environmentById,
  type EnvironmentRow,
  expireApiKeys,
  setSigningSecrets,
  validApiKeys,
} from '../../store/environments.ts'
import { forgetCredentials } from '../authenticate.ts'
import {
  addApiKey,
  apiKeyPlace,
  newSigningSecret,
  openSigningSecrets,
  replacedBy,
  sealSigningSecrets,
} from '../environments.ts'
import { operation, Reply } from '../http/operation.ts'
import { yesOrNo } from '../http/parameters.ts'
import { isoTime } from './listing.ts'

const MAX_OVERLAP_SECONDS = 30 * 86_400
const DEFAULT_OVERLAP_SECONDS = 86_400

export const KeyView = z
  .object({
    id: z.string(),
    api_key: z.string().describe('The last four characters, unless `reveal` was asked for.'),
    created_at: z.string(),
    expires_at: z.string().nullable().describe('When it stops working; null for the current key.'),
    last_used_at: z.string().nullable().describe('To the minute.'),
  })
  .meta({ id: 'ApiKey' })
export type KeyView = z.infer<typeof KeyView>

export const SecretView = z
  .object({
    signing_secret: z.string().describe('The last four characters, unless `reveal` was asked for.'),
    expires_at: z.string().nullable().describe('Until when events are signed with it too; null for the current one.'),
  })
  .meta({ id: 'SigningSecret' })
export type SecretView = z.infer<typeof SecretView>

export const KeysView = z
  .object({ dev_id: z.string(), api_keys: z.array(KeyView), signing_secrets: z.array(SecretView) })
  .meta({ id: 'Keys', description: 'Newest first; two of a kind while one is being replaced.' })
export type KeysView = z.infer<typeof KeysView>

const RevealQuery = z.object({ reveal: yesOrNo.optional().describe('Show keys and secrets in full.') })
export const RotateInput = z.object({
  overlap_seconds: z
    .int()
    .min(0)
    .max(MAX_OVERLAP_SECONDS)
    .default(DEFAULT_OVERLAP_SECONDS)
    .describe('How long the old one goes on working. 0 ends it now.'),
})

export async function showKeys(
  ctx: Context,
  environment: EnvironmentRow,
  input: { reveal?: boolean } = {},
): Promise<KeysView> {
  const now = ctx.clock.now()
  const keys = await validApiKeys(ctx.db, environment.id, now)
  const current = (await environmentById(ctx.db, environment.id)) ?? environment
  const secrets = openSigningSecrets(ctx, current).filter((entry) => entry.until === null || entry.until > now)
  if (input.reveal === true) {
    await ctx.db.batch([auditStatement(ctx, { action: 'secrets.shown', environmentId: environment.id })])
  }
  const shown = (text: string): string => (input.reveal === true ? text : masked(text))
  return {
    dev_id: environment.dev_id,
    api_keys: keys.map((row) => keyView(row, shown(ctx.sealer.open(row.key_sealed, apiKeyPlace(row.id))))),
    signing_secrets: secrets.map((entry) => secretView(entry, shown(entry.secret))),
  }
}

/** A new API key; the old ones go on for `overlap_seconds`. */
export async function rotateKey(
  ctx: Context,
  environment: EnvironmentRow,
  input: { overlap_seconds: number },
): Promise<KeyView> {
  const now = ctx.clock.now()
  const key = randomToken(24)
  const id = await ctx.db.transaction(async (tx) => {
    await tx.lock(`keys:${environment.id}`)
    const added = await addApiKey(ctx, tx, environment.id, key, now)
    await expireApiKeys(tx, environment.id, added, now + input.overlap_seconds * 1000)
    const details = { overlap_seconds: input.overlap_seconds }
    audit(ctx, tx, { action: 'key.rotated', environmentId: environment.id, subject: added, details })
    return added
  })
  forgetCredentials(ctx)
  ctx.log.info({ environmentId: environment.id, keyId: id }, 'API key rotated')
  return { id, api_key: key, created_at: isoTime(now), expires_at: null, last_used_at: null }
}

/** Ends a key now. The last one stays: rotate it instead. */
export async function revokeKey(ctx: Context, environment: EnvironmentRow, input: { key_id: string }): Promise<void> {
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`keys:${environment.id}`)
    const keys = await validApiKeys(tx, environment.id, ctx.clock.now())
    if (!keys.some((key) => key.id === input.key_id)) {
      throw new ApiError('key_not_found', 404, 'this environment has no such key')
    }
    if (keys.length === 1) {
      throw new ApiError('last_key', 409, 'this is the only key: rotate it with overlap_seconds 0 instead')
    }
    await deleteApiKey(tx, environment.id, input.key_id)
    audit(ctx, tx, { action: 'key.revoked', environmentId: environment.id, subject: input.key_id })
  })
  forgetCredentials(ctx)
  ctx.log.info({ environmentId: environment.id, keyId: input.key_id }, 'API key revoked')
}

/** A new signing secret; events carry a signature under the old one too for `overlap_seconds`. */
export async function rotateSigningSecret(
  ctx: Context,
  environment: EnvironmentRow,
  input: { overlap_seconds: number },
): Promise<SecretView> {
  const secret = newSigningSecret()
  await ctx.db.transaction(async (tx) => {
    await tx.lock(`signing-secret:${environment.id}`)
    const current = await environmentById(tx, environment.id)
    if (current === null) throw new ApiError('environment_not_found', 404, 'environment not found')
    const secrets = replacedBy(ctx, current, secret, input.overlap_seconds * 1000)
    const sealed = sealSigningSecrets(ctx, environment.id, secrets)
    await setSigningSecrets(tx, environment.id, sealed)
    const details = { overlap_seconds: input.overlap_seconds }
    audit(ctx, tx, { action: 'signing_secret.rotated', environmentId: environment.id, details })
  })
  forgetCredentials(ctx)
  ctx.log.info({ environmentId: environment.id }, 'signing secret rotated')
  return { signing_secret: secret, expires_at: null }
}

export function masked(secret: string): string {
  return `****${secret.length > 8 ? secret.slice(-4) : ''}`
}

function keyView(row: ApiKeyRow, key: string): KeyView {
  return {
    id: row.id,
    api_key: key,
    created_at: isoTime(row.created_at),
    expires_at: isoTime(row.expires_at),
    last_used_at: isoTime(row.last_used_at),
  }
}

function secretView(entry: StoredSecret, secret: string): SecretView {
  return { signing_secret: secret, expires_at: isoTime(entry.until) }
}

export const keyOperations = [
  operation({
    method: 'GET',
    path: '/keys',
    id: 'showKeys',
    summary: "Show the environment's API keys and signing secrets",
    tags: ['Keys'],
    auth: 'admin',
    query: RevealQuery,
    responses: { 200: { description: 'Those that work now.', schema: KeysView } },
    handler: ({ ctx, environment, query }) => showKeys(ctx, environment, query),
  }),
  operation({
    method: 'POST',
    path: '/keys/rotate',
    id: 'rotateKey',
    summary: 'Make a new API key',
    tags: ['Keys'],
    auth: 'admin',
    body: RotateInput,
    responses: { 201: { description: 'The new key, in full.', schema: KeyView } },
    handler: async ({ ctx, environment, body }) => new Reply(201, await rotateKey(ctx, environment, body)),
  }),
  operation({
    method: 'DELETE',
    path: '/keys/{key_id}',
    id: 'revokeKey',
    summary: 'End an API key now',
    tags: ['Keys'],
    auth: 'admin',
    params: z.object({ key_id: z.string() }),
    responses: { 204: { description: 'It no longer works.' } },
    errors: { 404: 'This environment has no such key.', 409: 'It is the only key.' },
    handler: async ({ ctx, environment, params }) => {
      await revokeKey(ctx, environment, params)
      return new Reply(204, null)
    },
  }),
  operation({
    method: 'POST',
    path: '/signing-secret/rotate',
    id: 'rotateSigningSecret',
    summary: 'Make a new signing secret',
    description: 'Until the old one ends, every event carries two signatures: `t=…,v1=<new>,v1=<old>`.',
    tags: ['Keys'],
    auth: 'admin',
    body: RotateInput,
    responses: { 201: { description: 'The new secret, in full.', schema: SecretView } },
    handler: async ({ ctx, environment, body }) => new Reply(201, await rotateSigningSecret(ctx, environment, body)),
  }),
]
