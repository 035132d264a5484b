// The built-in webhook inspector: a URL that takes anything, and says whether its signature is right.
import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { destinationSettings } from '../deliver/open-destination.ts'
import { destinationSecrets, environmentSecrets } from '../deliver/signing-secrets.ts'
import { newId } from '../model/ids.ts'
import { ApiError } from '../platform/errors.ts'
import { sameText } from '../platform/seal.ts'
import { packSync } from '../store/compress.ts'
import type { Context } from '../store/context.ts'
import { allDestinations, type DestinationRow } from '../store/destinations.ts'
import { listEnvironments } from '../store/environments.ts'
import {
  insertInspectorRequest,
  type InspectorRequestRow,
  listBins,
  listInspectorRequests,
} from '../store/inspector.ts'
import { readBytes } from './http/body-reader.ts'
import { operation } from './http/operation.ts'

const MAX_BYTES = 5_000_000
const KEEP = 100
const MAX_BINS = 100
/** As the SDKs check it. */
const TOLERANCE_SECONDS = 300

/** Woken when a bin has received something. */
export function inspectorChannel(bin: string): string {
  return `inspector:${bin}`
}

export async function receive(ctx: Context, bin: string, request: Request): Promise<{ id: string }> {
  const pointing = await destinationsAt(ctx, bin)
  await checkMayStore(ctx, bin, pointing)
  const body = await readBytes(request, MAX_BYTES, { encoded: true })
  const { pathname, search } = new URL(request.url)
  const headers = headersOf(request)
  const signature = headers['terra-signature'] ?? headers['x-terra-signature']
  const row: InspectorRequestRow = {
    id: newId(),
    bin,
    method: request.method,
    path: `${pathname}${search}`,
    headers: JSON.stringify(headers),
    signature_valid: signature === undefined ? null : (await isSigned(ctx, pointing, signature, body)) ? 1 : 0,
    received_at: ctx.clock.now(),
    body: packSync(body),
    user_id: userIn(body),
  }
  await insertInspectorRequest(ctx.db, row, KEEP)
  ctx.db.notify(inspectorChannel(bin))
  return { id: row.id }
}

/** Cookies here are of a browser that is signed in to the dashboard, if of anybody: what opens it is kept nowhere. */
function headersOf(request: Request): Record<string, string> {
  const headers = Object.fromEntries(request.headers)
  if (headers.cookie !== undefined) headers.cookie = '[hidden]'
  return headers
}

/** Every event of ours names its person before its data; inside of a text the quotes would not stand like this. */
function userIn(body: Uint8Array): string | null {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  return /"user_id"\s*:\s*"([\w-]{1,64})"/.exec(text)?.[1] ?? null
}

/** The webhooks that deliver to this bin. */
export async function destinationsAt(ctx: Context, bin: string): Promise<DestinationRow[]> {
  const urls = [`${ctx.internalUrl}/inspect/${bin}`, `${ctx.publicUrl}/inspect/${bin}`]
  return (await allDestinations(ctx.db)).filter((row) => {
    const { url } = JSON.parse(row.settings) as { url?: unknown }
    return typeof url === 'string' && urls.some((own) => url === own || url.startsWith(`${own}?`))
  })
}

/**
 * Nobody signs in here, so what strangers can store is bounded: outside of the sandbox only bins that a destination
 * points at take anything, and in it at most a hundred bins exist.
 */
async function checkMayStore(ctx: Context, bin: string, pointing: readonly DestinationRow[]): Promise<void> {
  if (pointing.length > 0) return
  if (!ctx.sandbox) {
    throw new ApiError(
      'bin_not_found',
      404,
      'no destination points at this bin; make one with POST /admin/v1/inspector',
    )
  }
  const { rows } = await listInspectorRequests(ctx.db, bin, { cursor: null, limit: 1 })
  if (rows.length === 0 && (await listBins(ctx.db)).length >= MAX_BINS) {
    throw new ApiError('too_many_bins', 429, `there are ${MAX_BINS} bins already; clear one first`)
  }
}

async function isSigned(
  ctx: Context,
  pointing: readonly DestinationRow[],
  header: string,
  body: Uint8Array,
): Promise<boolean> {
  const parts = header.split(',').map((part) => part.trim().split('='))
  const seconds = parts.find(([name]) => name === 't')?.[1]
  const given = parts.filter(([name]) => name === 'v1').map(([, value]) => value ?? '')
  if (seconds === undefined || !/^\d{1,12}$/.test(seconds)) return false
  if (Math.abs(ctx.clock.now() / 1000 - Number(seconds)) > TOLERANCE_SECONDS) return false
  for (const secret of await secretsFor(ctx, pointing)) {
    const right = createHmac('sha256', Buffer.from(secret, 'utf8')).update(`${seconds}.`).update(body).digest('hex')
    if (given.some((value) => sameText(value, right))) return true
  }
  return false
}

/** Of the destinations that point here; of every environment when none does. */
async function secretsFor(ctx: Context, pointing: readonly DestinationRow[]): Promise<string[]> {
  if (pointing.length === 0) {
    const environments = await listEnvironments(ctx.db)
    return (await Promise.all(environments.map((row) => environmentSecrets(ctx, row.id)))).flat()
  }
  const secrets = pointing.map((row) => destinationSecrets(ctx, row, destinationSettings(ctx, row).settings))
  return (await Promise.all(secrets)).flat()
}

export const inspectOperations = [
  operation({
    method: 'ALL',
    path: '/inspect/{bin}',
    id: 'inspect',
    summary: 'Keep a request for the webhook inspector',
    description: 'Takes every method and up to 5 MB, answers 200. The last 100 requests of a bin are kept.',
    tags: ['Inspector'],
    auth: 'none',
    params: z.object({
      bin: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'may hold letters, digits, - and _, at most 64'),
    }),
    responses: { 200: { description: 'Kept.', schema: z.object({ status: z.literal('success'), id: z.string() }) } },
    handler: async ({ ctx, params, request }) => ({ status: 'success', ...(await receive(ctx, params.bin, request)) }),
  }),
]
