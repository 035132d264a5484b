// Codes, tokens and who granted what to whom, by the provider's rules.
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { SimulatorState } from '../simulator.ts'
import type { TokenRules } from './rules.ts'
import type { Counting } from './stats.ts'

export interface Grant {
  clientId: string
  personId: string
  scopes: string[]
}

/** What an authorize call promised a code for. */
export interface CodeFor extends Grant {
  redirectUri: string
  challenge: string | null
}

export interface Issued {
  accessToken: string
  refreshToken: string | null
  expiresInSeconds: number
  grant: Grant
}

export interface Grants {
  issueCode(code: CodeFor): Promise<string>
  /** Null: unknown, used, or too old. */
  takeCode(code: string): Promise<CodeFor | null>
  /** Someone allowed it: the first tokens. */
  begin(grant: Grant, code?: string): Promise<Issued>
  /** Null: unknown, used, ended, or another application's. */
  refresh(refreshToken: string, clientId: string): Promise<Issued | null>
  /** Whose this access token is, with the scopes as they are now. */
  of(accessToken: string): Promise<Grant | null>
  /** Whose this refresh token is, spent or not. */
  ofRefreshToken(refreshToken: string): Promise<Grant | null>
  /** Everyone who allowed it, to one application or to any. */
  all(clientId?: string): Promise<Grant[]>
  ofPerson(personId: string): Promise<Grant[]>
  end(clientId: string, personId: string): Promise<void>
  setScopes(clientId: string, personId: string, scopes: string[]): Promise<void>
  /** The person's access tokens end now; refresh tokens stay. */
  expire(personId: string): Promise<void>
  /** How long tokens live that are issued from now on; null for the provider's own lifetime. */
  setLifetime(seconds: number | null): Promise<void>
}

interface StoredGrant extends Grant {
  /** A new one each time that somebody allows it after having ended it: tokens of before stay void. */
  grantId: string
}

interface AccessRow extends StoredGrant {
  endsAt: number
  /** A spent refresh token that goes on until this access token is used. */
  replaces: string | null
}

interface RefreshRow extends StoredGrant {
  endsAt: number
  access: string
  /** Set once it was used and may be used again for a while. */
  spent: { until: number; pair: Pair } | null
}

interface Pair {
  accessToken: string
  refreshToken: string | null
  endsAt: number
}

const CODE_SECONDS = 600
const REFRESH_SECONDS = 400 * 86_400
const KEPT_CODE_MS = 86_400_000

export function createGrants(given: {
  state: SimulatorState
  clock: Clock
  rules: TokenRules
  prefix: string
  counting: Counting
}): Grants {
  const { state, clock, rules, counting } = given
  const prefix = rules.prefix ?? given.prefix
  const inTurn = turns()

  const read = async <Row>(key: string): Promise<Row | null> => {
    const text = await state.get(key)
    return text === null ? null : (JSON.parse(text) as Row)
  }
  const write = (key: string, row: object, endsAt?: number): Promise<void> =>
    state.put(key, JSON.stringify(row), endsAt)
  const standing = (grant: Grant): Promise<StoredGrant | null> => read(grantKey(grant.clientId, grant.personId))

  async function issue(grant: StoredGrant, replaces: string | null): Promise<Pair> {
    const lifetime = Number((await state.get('token_lifetime_seconds')) ?? rules.accessSeconds)
    const now = clock.now()
    const accessToken = secret(prefix, 'A')
    const endsAt = now + lifetime * 1000
    await write(`access:${accessToken}`, { ...grant, endsAt, replaces } satisfies AccessRow)
    if (rules.refresh === 'none') return { accessToken, refreshToken: null, endsAt }
    const refreshToken = secret(prefix, 'R')
    const refreshEndsAt = now + (rules.refreshSeconds ?? REFRESH_SECONDS) * 1000
    const row: RefreshRow = { ...grant, endsAt: refreshEndsAt, access: accessToken, spent: null }
    await write(`refresh:${refreshToken}`, row)
    return { accessToken, refreshToken, endsAt }
  }

  function issued(pair: Pair, { clientId, personId, scopes }: Grant): Issued {
    const expiresInSeconds = Math.max(0, Math.round((pair.endsAt - clock.now()) / 1000))
    return { ...pair, expiresInSeconds, grant: { clientId, personId, scopes } }
  }

  async function refreshNow(token: string, clientId: string): Promise<Issued | null> {
    const key = `refresh:${token}`
    const row = await read<RefreshRow>(key)
    const now = clock.now()
    if (row === null || row.clientId !== clientId || row.endsAt <= now) return null
    const grant = await standing(row)
    if (grant === null || grant.grantId !== row.grantId) return null
    if (row.spent !== null) {
      if (row.spent.until <= now) return null
      if (rules.grace?.answers === 'same pair') return issued(row.spent.pair, grant)
    }
    const present = await read<AccessRow>(`access:${row.access}`)
    const left = present === null ? 0 : present.endsAt - now
    if (rules.keepAccessAboveSeconds !== undefined && left > rules.keepAccessAboveSeconds * 1000) {
      return issued({ accessToken: row.access, refreshToken: token, endsAt: present!.endsAt }, grant)
    }
    if (rules.oneAccessToken === true) await state.delete(`access:${row.access}`)
    if (rules.refresh === 'lasting') {
      const pair = await issue(grant, null)
      await state.delete(`refresh:${pair.refreshToken}`)
      await write(key, { ...row, access: pair.accessToken })
      return issued({ ...pair, refreshToken: null }, grant)
    }
    const pair = await issue(grant, rules.grace?.endsWithUse === true ? token : null)
    if (rules.grace === undefined) await state.delete(key)
    else await write(key, { ...row, spent: row.spent ?? { until: now + rules.grace.seconds * 1000, pair } })
    return issued(pair, grant)
  }

  const grants: Grants = {
    async issueCode(code) {
      const text = secret(prefix, 'C')
      await write(`code:${text}`, { ...code, endsAt: clock.now() + (rules.codeSeconds ?? CODE_SECONDS) * 1000 })
      return text
    },
    async takeCode(code) {
      const text = await state.take(`code:${code}`)
      if (text === null) {
        const given = rules.codeReuseRevokes === true ? await read<Grant>(`used:${code}`) : null
        if (given !== null) await grants.end(given.clientId, given.personId)
        return null
      }
      const { endsAt, ...rest } = JSON.parse(text) as CodeFor & { endsAt: number }
      return endsAt <= clock.now() ? null : rest
    },
    async begin(grant, code) {
      const grantId = (await standing(grant))?.grantId ?? randomBytes(9).toString('base64url')
      const stored: StoredGrant = { ...grant, grantId }
      await write(grantKey(grant.clientId, grant.personId), stored)
      if (code !== undefined && rules.codeReuseRevokes === true) {
        await write(`used:${code}`, grant, clock.now() + KEPT_CODE_MS)
      }
      counting.add(grant.personId, 'codes')
      return issued(await issue(stored, null), stored)
    },
    refresh(token, clientId) {
      return inTurn(token, async () => {
        const answer = await refreshNow(token, clientId)
        counting.add(answer?.grant.personId ?? '', answer === null ? 'refusedGrants' : 'refreshes')
        return answer
      })
    },
    async of(accessToken) {
      const row = await read<AccessRow>(`access:${accessToken}`)
      if (row === null || row.endsAt <= clock.now()) return null
      const grant = await standing(row)
      if (grant === null || grant.grantId !== row.grantId) return null
      if (row.replaces !== null) {
        await state.delete(`refresh:${row.replaces}`)
        await write(`access:${accessToken}`, { ...row, replaces: null })
      }
      const { clientId, personId, scopes } = grant
      return { clientId, personId, scopes }
    },
    async ofRefreshToken(token) {
      const row = await read<RefreshRow>(`refresh:${token}`)
      const grant = row === null ? null : await standing(row)
      if (row === null || grant === null || grant.grantId !== row.grantId) return null
      const { clientId, personId, scopes } = grant
      return { clientId, personId, scopes }
    },
    async all(clientId) {
      const rows = await state.list(clientId === undefined ? 'grant:' : `grant:${clientId}:`)
      return rows.map((row) => JSON.parse(row.value) as Grant)
    },
    async ofPerson(personId) {
      return (await grants.all()).filter((grant) => grant.personId === personId)
    },
    async end(clientId, personId) {
      await state.delete(grantKey(clientId, personId))
      await state.delete(`seen:${clientId}:${personId}`)
      counting.add(personId, 'grantsEnded')
    },
    async setScopes(clientId, personId, scopes) {
      const stored = await standing({ clientId, personId, scopes })
      if (stored !== null) await write(grantKey(clientId, personId), { ...stored, scopes })
    },
    async expire(personId) {
      for (const { key, value } of await state.list('access:')) {
        if ((JSON.parse(value) as Grant).personId === personId) await state.delete(key)
      }
    },
    async setLifetime(seconds) {
      if (seconds === null) await state.delete('token_lifetime_seconds')
      else await state.put('token_lifetime_seconds', String(seconds))
    },
  }
  return grants
}

/** True when the verifier belongs to the challenge (RFC 7636, S256). */
export function provesChallenge(challenge: string | null, verifier: string | null): boolean {
  if (challenge === null) return true
  return verifier !== null && createHash('sha256').update(verifier).digest('base64url') === challenge
}

/** Two who come with one token are served one after the other. */
function turns() {
  const last = new Map<string, Promise<unknown>>()
  return async function inTurn<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const before = last.get(name) ?? Promise.resolve()
    const mine = before.then(work, work)
    last.set(name, mine)
    try {
      return await mine
    } finally {
      if (last.get(name) === mine) last.delete(name)
    }
  }
}

function grantKey(clientId: string, personId: string): string {
  return `grant:${clientId}:${personId}`
}

function secret(prefix: string, kind: string): string {
  return `${prefix}${kind}${randomBytes(20).toString('hex').toUpperCase()}`
}
