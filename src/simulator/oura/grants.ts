// Codes, tokens and who granted what: single use where Oura says so.
import { randomBytes } from 'node:crypto'
import type { SimulatorContext } from '../simulator.ts'

export interface Grant {
  clientId: string
  personId: string
  scopes: string[]
}

const CODE_MS = 10 * 60_000
const DEFAULT_LIFETIME_SECONDS = 86_400
const REFRESH_MS = 400 * 86_400_000

export interface TokenAnswer {
  access_token: string
  token_type: 'bearer'
  expires_in: number
  refresh_token: string
}

export async function issueCode(context: SimulatorContext, grant: Grant & { redirectUri: string }): Promise<string> {
  const code = secret('C')
  await context.state.put(`oura:code:${code}`, JSON.stringify(grant), context.clock.now() + CODE_MS)
  return code
}

export async function takeCode(
  context: SimulatorContext,
  code: string,
): Promise<(Grant & { redirectUri: string }) | null> {
  const value = await context.state.take(`oura:code:${code}`)
  return value === null ? null : JSON.parse(value)
}

export async function issueTokens(context: SimulatorContext, grant: Grant): Promise<TokenAnswer> {
  const lifetime = Number((await context.state.get('oura:token_lifetime_seconds')) ?? DEFAULT_LIFETIME_SECONDS)
  const access = secret('A')
  const refresh = secret('R')
  const now = context.clock.now()
  await context.state.put(`oura:access:${access}`, JSON.stringify(grant), now + lifetime * 1000)
  await context.state.put(`oura:refresh:${refresh}`, JSON.stringify(grant), now + REFRESH_MS)
  await context.state.put(grantKey(grant.clientId, grant.personId), JSON.stringify(grant))
  return { access_token: access, token_type: 'bearer', expires_in: lifetime, refresh_token: refresh }
}

/** Rotation: a refresh token is good once. */
export async function takeRefresh(context: SimulatorContext, token: string): Promise<Grant | null> {
  const value = await context.state.take(`oura:refresh:${token}`)
  const grant = value === null ? null : (JSON.parse(value) as Grant)
  return grant !== null && (await isGranted(context, grant)) ? grant : null
}

export async function grantOf(context: SimulatorContext, accessToken: string): Promise<Grant | null> {
  const value = await context.state.get(`oura:access:${accessToken}`)
  const grant = value === null ? null : (JSON.parse(value) as Grant)
  return grant !== null && (await isGranted(context, grant)) ? grant : null
}

/** Everyone who authorized this application, or any. */
export async function grants(context: SimulatorContext, clientId?: string): Promise<Grant[]> {
  const rows = await context.state.list(clientId === undefined ? 'oura:grant:' : `oura:grant:${clientId}:`)
  return rows.map((row) => JSON.parse(row.value) as Grant)
}

export async function endGrant(context: SimulatorContext, clientId: string, personId: string): Promise<void> {
  await context.state.delete(grantKey(clientId, personId))
  await context.state.delete(`oura:seen:${clientId}:${personId}`)
}

async function isGranted(context: SimulatorContext, grant: Grant): Promise<boolean> {
  return (await context.state.get(grantKey(grant.clientId, grant.personId))) !== null
}

function grantKey(clientId: string, personId: string): string {
  return `oura:grant:${clientId}:${personId}`
}

function secret(kind: string): string {
  return `OURASIM${kind}${randomBytes(20).toString('hex').toUpperCase()}`
}
