// What a service account's key is, and how it becomes a token: it signs a request for one (RFC 7523).
import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { z } from 'zod'
import { retry, type SendResult, type World } from '../destination.ts'
import { refusedBy } from '../objects/refusal.ts'

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write'
const LIFETIME_SECONDS = 3600
/** A token is not used any more when it has less left than that. */
const SPARE_MS = 5 * 60_000

const MEND: Record<string, string> = {
  invalid_grant: 'the key was deleted or its account disabled, or the clocks differ: set a new key, or the clock',
  invalid_client: 'it does not know the service account: set the key of one that exists',
  '404': 'the token_uri in the service account key is wrong: set the key as Google gave it',
}

const ServiceAccount = z.object({
  client_email: z.string().min(1),
  private_key_id: z.string().optional(),
  private_key: z.string().transform((pem, context) => {
    try {
      const key = createPrivateKey(pem)
      if (key.asymmetricKeyType === 'rsa') return key
    } catch {
      // What OpenSSL says helps nobody here.
    }
    context.addIssue({ code: 'custom', message: 'is no RSA key' })
    return z.NEVER
  }),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
})

interface ServiceAccount {
  client_email: string
  private_key_id?: string | undefined
  private_key: KeyObject
  token_uri: string
}

/** JSON, as Google hands it out. It stays text: whoever opens a destination reads it. */
export const serviceAccountSetting = z
  .string()
  .max(16_384)
  .superRefine((text, context) => {
    const wrong = ServiceAccount.safeParse(jsonOf(text)).error?.issues[0]?.path[0]
    if (jsonOf(text) === null) {
      context.addIssue({ code: 'custom', message: "must be the JSON file of a service account's key, whole" })
    } else if (wrong !== undefined) {
      const message = `must be the JSON file of a service account's key, as Google gave it: its ${String(wrong)} is wrong or missing`
      context.addIssue({ code: 'custom', message })
    }
  })

export function readServiceAccount(text: string): ServiceAccount {
  return ServiceAccount.parse(jsonOf(text))
}

export interface Tokens {
  /** One that is good for a while. */
  token(timeoutMs: number): Promise<string | SendResult>
  /** It was refused: the next one is another. */
  forget(token: string): void
}

export function tokensOf(account: ServiceAccount, { http, clock }: Pick<World, 'http' | 'clock'>): Tokens {
  let kept: { token: string; until: number } | null = null
  let asking: Promise<string | SendResult> | null = null

  async function ask(timeoutMs: number): Promise<string | SendResult> {
    const where = `${new URL(account.token_uri).host}, asked for a token,`
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertionOf(account, Math.floor(clock.now() / 1000)),
    }
    const response = await http.send({
      method: 'POST',
      url: account.token_uri,
      form,
      timeoutMs,
      maxResponseBytes: 65_536,
    })
    const said = Answer.safeParse(jsonOf(response.text())).data ?? {}
    if (response.status !== 200) {
      return refusedBy({ where, response, code: said.error ?? null, mend: MEND, now: clock.now() })
    }
    if (said.access_token === undefined) return retry(`${where} gave none: ${MEND['404']}`)
    kept = { token: said.access_token, until: clock.now() + (said.expires_in ?? LIFETIME_SECONDS) * 1000 - SPARE_MS }
    return kept.token
  }

  return {
    token(timeoutMs) {
      if (kept !== null && clock.now() < kept.until) return Promise.resolve(kept.token)
      // Whoever asks meanwhile waits for the same one.
      asking ??= ask(timeoutMs).finally(() => (asking = null))
      return asking
    },
    forget(token) {
      if (kept?.token === token) kept = null
    },
  }
}

const Answer = z.object({
  access_token: z.string().min(1).optional(),
  expires_in: z.number().optional(),
  error: z.string().optional(),
})

function assertionOf({ client_email, private_key_id, private_key, token_uri }: ServiceAccount, now: number): string {
  const head = { alg: 'RS256', typ: 'JWT', kid: private_key_id }
  const claims = { iss: client_email, scope: SCOPE, aud: token_uri, iat: now, exp: now + LIFETIME_SECONDS }
  const unsigned = [head, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${unsigned}.${sign('RSA-SHA256', Buffer.from(unsigned), private_key).toString('base64url')}`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
