// Environments and the credentials of their callers.
import { randomBytes } from 'node:crypto'
import { connectors } from '../connectors/index.ts'
import { sourcePlace } from '../credentials/source-settings.ts'
import { environmentSecrets, signingSecretPlace, type StoredSecret } from '../deliver/signing-secrets.ts'
import { EnvironmentSettings } from '../model/environment-settings.ts'
import { newId } from '../model/ids.ts'
import { ApiError } from '../platform/errors.ts'
import { subscribingJob } from '../intake/subscribe.ts'
import { enqueue } from '../queue/enqueue.ts'
import { hashToken, randomToken } from '../platform/seal.ts'
import type { Context } from '../store/context.ts'
import type { Transaction } from '../store/database.ts'
import {
  apiKeyByHash,
  deleteApiKey,
  environmentByDevId,
  type EnvironmentRow,
  expireApiKeys,
  insertApiKey,
  insertEnvironment,
  listEnvironments,
  setSigningSecrets,
  updateEnvironment,
} from '../store/environments.ts'
import { audit } from '../store/audit.ts'
import { putSource, type SourceRow } from '../store/sources.ts'
import { forgetCredentials } from './authenticate.ts'
import { addInspectorDestination } from './inspector-destination.ts'

/** What a signing secret has that a start with another setting replaced: a day, as with a rotation. */
const OVERLAP_MS = 86_400_000

export type EnvironmentKind = 'testing' | 'staging' | 'production'

export interface NewEnvironment {
  name: string
  kind: EnvironmentKind
  /** Made up when absent: a slug of the name, the kind and ten random characters. */
  devId?: string
  apiKey?: string
  signingSecret?: string
}

export interface CreatedEnvironment {
  environment: EnvironmentRow
  apiKey: string
  signingSecret: string
}

/** With every source switched on where the sandbox can serve it. */
export async function createEnvironment(ctx: Context, input: NewEnvironment): Promise<CreatedEnvironment> {
  const created = await ctx.db.transaction(async (tx) => {
    const whole = await insertWhole(ctx, tx, input)
    audit(ctx, tx, { action: 'environment.created', environmentId: whole.environment.id })
    return whole
  })
  ctx.log.info({ environmentId: created.environment.id, devId: created.environment.dev_id }, 'environment created')
  return created
}

async function insertWhole(ctx: Context, tx: Transaction, input: NewEnvironment): Promise<CreatedEnvironment> {
  const now = ctx.clock.now()
  const id = newId()
  const apiKey = input.apiKey ?? randomToken(24)
  const signingSecret = input.signingSecret ?? newSigningSecret()
  const environment: EnvironmentRow = {
    id,
    dev_id: input.devId ?? devIdFrom(input.name, input.kind),
    name: input.name,
    kind: input.kind,
    signing_secret_sealed: sealSigningSecrets(ctx, id, [{ secret: signingSecret, until: null }]),
    settings: JSON.stringify(EnvironmentSettings.parse({})),
    created_at: now,
  }
  if ((await environmentByDevId(tx, environment.dev_id)) !== null) {
    throw new ApiError('dev_id_taken', 409, `the dev-id ${environment.dev_id} belongs to another environment`)
  }
  await insertEnvironment(tx, environment)
  await addApiKey(ctx, tx, id, apiKey, now)
  if (ctx.sandbox) {
    const sources = connectors.map((each) => newSource(ctx, id, each.id, { enabled: each.unofficial !== true }))
    for (const source of sources) await putSource(tx, source)
    const jobs = sources.filter(({ enabled }) => enabled === 1).flatMap((source) => subscribingJob(source, now) ?? [])
    await enqueue(tx, jobs, now)
  }
  return { environment, apiKey, signingSecret }
}

/** A source's row before anyone has set anything. */
export function newSource(
  ctx: Context,
  environmentId: string,
  provider: string,
  options: { enabled: boolean },
): SourceRow {
  const place = { environment_id: environmentId, provider }
  return {
    ...place,
    enabled: options.enabled ? 1 : 0,
    client_id: null,
    client_secret_sealed: null,
    scopes: null,
    verification_token_sealed: ctx.sealer.seal(randomToken(24), sourcePlace(place, 'verification-token')),
    settings: '{}',
    extra_sealed: null,
    updated_at: ctx.clock.now(),
  }
}

/**
 * The environment that a new installation starts with. Fixed values (from the settings) win over stored ones at every
 * start; without them, what the first start made is kept.
 */
export async function ensureFirstEnvironment(
  ctx: Context,
  fixed: { devId?: string | null; apiKey?: string | null; signingSecret?: string | null } = {},
): Promise<{ environment: EnvironmentRow; created: boolean }> {
  const result = await ctx.db.transaction(async (tx) => {
    await tx.lock('first-environment')
    const [first] = await listEnvironments(tx)
    if (first === undefined) {
      const made = await insertWhole(ctx, tx, {
        name: 'Testing',
        kind: 'testing',
        devId: fixed.devId ?? undefined,
        apiKey: fixed.apiKey ?? undefined,
        signingSecret: fixed.signingSecret ?? undefined,
      })
      if (ctx.sandbox) await addInspectorDestination(ctx, tx, made.environment)
      return { environment: made.environment, created: true }
    }
    return { environment: await applyFixed(ctx, tx, first, fixed), created: false }
  })
  forgetCredentials(ctx)
  return result
}

async function applyFixed(
  ctx: Context,
  tx: Transaction,
  first: EnvironmentRow,
  fixed: { devId?: string | null; apiKey?: string | null; signingSecret?: string | null },
): Promise<EnvironmentRow> {
  const next = { ...first }
  if (fixed.devId) next.dev_id = fixed.devId
  if (fixed.signingSecret && !opensTo(ctx, first, fixed.signingSecret)) {
    const secrets = replacedBy(ctx, first, fixed.signingSecret, OVERLAP_MS)
    next.signing_secret_sealed = sealSigningSecrets(ctx, first.id, secrets)
    await setSigningSecrets(tx, first.id, next.signing_secret_sealed)
    // Also when somebody rotated it, who may not know of the setting: their receivers have a day.
    ctx.log.warn(
      { environmentId: first.id, until: new Date(ctx.clock.now() + OVERLAP_MS).toISOString() },
      'LOAM_SIGNING_SECRET is now the signing secret; the one before it signs as well until then',
    )
    const details = { setting: 'LOAM_SIGNING_SECRET' }
    audit(ctx, tx, { action: 'signing_secret.rotated', environmentId: first.id, details })
  }
  if (next.dev_id !== first.dev_id) await updateEnvironment(tx, next)
  if (fixed.apiKey) await makeOnlyKey(ctx, tx, first, fixed.apiKey)
  return next
}

async function makeOnlyKey(ctx: Context, tx: Transaction, environment: EnvironmentRow, key: string): Promise<void> {
  const now = ctx.clock.now()
  const known = await apiKeyByHash(tx, hashToken(key))
  if (known !== null && known.environment_id !== environment.id) {
    throw new Error('LOAM_API_KEY is the key of another environment: choose another one')
  }
  if (known !== null && known.expires_at === null) return
  // It had been replaced before: it starts anew.
  if (known !== null) await deleteApiKey(tx, environment.id, known.id)
  const id = await addApiKey(ctx, tx, environment.id, key, now)
  await expireApiKeys(tx, environment.id, id, now)
  const details = { setting: 'LOAM_API_KEY' }
  audit(ctx, tx, { action: 'key.rotated', environmentId: environment.id, subject: id, details })
}

/** Stores a key: hashed for comparison, sealed for the dashboard's reveal. */
export async function addApiKey(
  ctx: Context,
  tx: Transaction,
  environmentId: string,
  key: string,
  now: number,
): Promise<string> {
  const id = newId()
  await insertApiKey(tx, {
    id,
    environment_id: environmentId,
    key_hash: hashToken(key),
    key_sealed: ctx.sealer.seal(key, apiKeyPlace(id)),
    created_at: now,
    expires_at: null,
    last_used_at: null,
  })
  return id
}

export function apiKeyPlace(id: string): string {
  return `api-key:${id}`
}

/** The secret that signs now; the newest while one is being replaced. */
export async function signingSecretOf(ctx: Context, environment: EnvironmentRow): Promise<string> {
  const [newest] = await environmentSecrets(ctx, environment.id)
  if (newest === undefined) throw new Error('an environment without a signing secret')
  return newest
}

export function sealSigningSecrets(ctx: Context, environmentId: string, secrets: StoredSecret[]): string {
  return ctx.sealer.seal(JSON.stringify(secrets), signingSecretPlace(environmentId))
}

/** Newest first: the new one, and for `overlapMs` those that sign now. */
export function replacedBy(
  ctx: Context,
  environment: EnvironmentRow,
  secret: string,
  overlapMs: number,
): StoredSecret[] {
  const now = ctx.clock.now()
  const until = now + overlapMs
  const old = openSigningSecrets(ctx, environment)
    .filter((entry) => entry.secret !== secret)
    .map((entry): StoredSecret => ({ ...entry, until: Math.min(entry.until ?? until, until) }))
    .filter((entry) => entry.until! > now)
  return [{ secret, until: null }, ...old]
}

export function openSigningSecrets(ctx: Context, environment: EnvironmentRow): StoredSecret[] {
  return JSON.parse(ctx.sealer.open(environment.signing_secret_sealed, signingSecretPlace(environment.id)))
}

/** 48 hexadecimal characters, as Terra's are: used as text. */
export function newSigningSecret(): string {
  return randomBytes(24).toString('hex')
}

function opensTo(ctx: Context, environment: EnvironmentRow, secret: string): boolean {
  return openSigningSecrets(ctx, environment)[0]?.secret === secret
}

function devIdFrom(name: string, kind: EnvironmentKind): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32)
  const start = slug === '' || slug === kind ? `loam-${kind}` : `${slug}-${kind}`
  return `${start}-${randomBytes(5).toString('hex')}`
}
