// What every simulator shares, opened once for each: see ../README.md for how one is written.
import type { Http } from '../../platform/http.ts'
import type { SimulatorContext, SimulatorState } from '../simulator.ts'
import { type SandboxClock, sandboxClock } from './clock.ts'
import { createEdits, type Edits } from './edits.ts'
import { createFailures, type Failures } from './failures.ts'
import { createGrants, type Grant, type Grants } from './grants.ts'
import { createNotifier, type Notifier } from './notifier.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import type { LimitUsage, Problem, Rules } from './rules.ts'
import { type Asked, type Counting, createCounting } from './stats.ts'

export interface Kit {
  rules: Rules
  clock: SandboxClock
  /** Keys are the simulator's own: another one's are out of reach. */
  state: SimulatorState
  http: Http
  baseUrl: string
  counting: Counting
  grants: Grants
  failures: Failures
  rateLimit: RateLimit
  notifier: Notifier
  edits: Edits
  /**
   * The gate of every data request: token, limit, scope, in this order. `asked` is what stats count. A Response is the
   * refusal, in the provider's shape.
   */
  admit(request: Request, asked: Asked & { scope?: string | null }): Promise<Admitted | Response>
  /** The provider's own refusal. */
  refuse(what: Problem['what'], detail: string): Response
  /** Where this application's notifications go when no API sets it: typed into the provider's dashboard, as it were. */
  callbackOf(clientId: string): Promise<string | null>
  /** The secret beside it. */
  callbackSecretOf(clientId: string): Promise<string | null>
  setCallback(clientId: string, url: string, secret: string | null): Promise<void>
}

export interface Admitted extends Grant {
  /** The windows that this request fell in, the fullest first: for headers. */
  usage: LimitUsage[]
}

const STATUS: Record<Problem['what'], number> = {
  token: 401,
  scope: 403,
  limit: 429,
  missing: 404,
  bad_request: 400,
  ordered: 500,
}

export function openKit(context: SimulatorContext, rules: Rules): Kit {
  const name = rules.id.toLowerCase()
  const state = below(context.state, `${name}:`)
  const clock = sandboxClock(context.clock, context.state)
  const counting = createCounting()
  const rateLimit = createRateLimit(clock, rules.limits ?? [])
  const grants = createGrants({ state, clock, rules: rules.tokens, prefix: `${rules.id}SIM`, counting })
  const readToken = rules.readToken ?? bearer

  const kit: Kit = {
    rules,
    clock,
    state,
    http: context.http,
    baseUrl: context.baseUrl,
    counting,
    grants,
    failures: createFailures([rules.oauth.authorizePath, rules.oauth.tokenPath]),
    rateLimit,
    notifier: createNotifier(context.http, clock, counting, rules.notifications),
    edits: createEdits(state),
    async admit(request, { scope, ...asked }) {
      const token = readToken(request) ?? ''
      const grant = await grants.of(token)
      if (grant === null) return kit.refuse('token', 'the access token is not valid')
      counting.asked(grant.personId, asked)
      const usage = rateLimit.use(token, grant.clientId)
      const full = usage.find((each) => each.used > each.requests)
      if (full !== undefined) {
        const retryAfterSeconds = Math.max(1, Math.ceil((full.resetAt - clock.now()) / 1000))
        return rules.refuse({ what: 'limit', status: 429, detail: 'too many requests', retryAfterSeconds, usage: full })
      }
      if (scope !== undefined && scope !== null && !grant.scopes.includes(scope)) {
        return kit.refuse('scope', `the scope ${scope} was not granted`)
      }
      return { ...grant, usage }
    },
    refuse: (what, detail) =>
      rules.refuse({ what, status: STATUS[what], detail, retryAfterSeconds: null, usage: null }),
    async callbackOf(clientId) {
      return (await state.get(`callback:${clientId}`)) ?? (await context.callbackOf?.(rules.id, clientId)) ?? null
    },
    async callbackSecretOf(clientId) {
      const set = await state.get(`callback-secret:${clientId}`)
      return set ?? (await context.callbackSecretOf?.(rules.id, clientId)) ?? null
    },
    async setCallback(clientId, url, secret) {
      await state.put(`callback:${clientId}`, url)
      if (secret !== null) await state.put(`callback-secret:${clientId}`, secret)
    },
  }
  return kit
}

function bearer(request: Request): string | null {
  return /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

function below(state: SimulatorState, prefix: string): SimulatorState {
  return {
    get: (key) => state.get(prefix + key),
    put: (key, value, expiresAt) => state.put(prefix + key, value, expiresAt),
    take: (key) => state.take(prefix + key),
    delete: (key) => state.delete(prefix + key),
    async list(start) {
      const rows = await state.list(prefix + start)
      return rows.map(({ key, value }) => ({ key: key.slice(prefix.length), value }))
    },
  }
}
