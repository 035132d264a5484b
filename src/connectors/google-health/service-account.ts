// Subscribers are made by the project, not by a person: a service account signs for a token of its own.
import { createSign } from 'node:crypto'
import { z } from 'zod'
import { ProviderError } from '../../platform/errors.ts'
import type { HttpRequest, HttpResponse } from '../../platform/http.ts'
import type { Address, CredentialField } from '../connector.ts'

const CLOUD_PLATFORM = 'https://www.googleapis.com/auth/cloud-platform'
const TOKEN_URL = 'https://oauth2.googleapis.com/token'
const LIFETIME_SECONDS = 3600

export const credentialFields: readonly CredentialField[] = [
  {
    name: 'project_number',
    label: 'Project number',
    help: 'Of the Google Cloud project that holds the OAuth client. Without it nothing is announced, and Loam polls.',
    secret: false,
    required: false,
  },
  {
    name: 'service_account',
    label: 'Service account key (JSON)',
    help: 'Makes the project’s subscriber, so that changes are announced. An access token works too, for an hour.',
    secret: true,
    required: false,
  },
]

const Key = z.object({ client_email: z.string(), private_key: z.string() })

/** What is no JSON key is an access token already. */
export async function projectToken(
  serviceAccount: string,
  now: number,
  send: (at: Address, request?: Omit<HttpRequest, 'url'>) => Promise<HttpResponse>,
): Promise<string> {
  if (!serviceAccount.trim().startsWith('{')) return serviceAccount.trim()
  const key = Key.safeParse(parsed(serviceAccount))
  if (!key.success) {
    throw new ProviderError('the service account key has no client_email and private_key', { next: 'give_up' })
  }
  const form = {
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertionOf(key.data, Math.floor(now / 1000)),
  }
  const response = await send({ host: 'oauth', path: '/token' }, { method: 'POST', form })
  const token = response.status === 200 ? (response.json() as { access_token?: unknown }).access_token : null
  if (typeof token !== 'string') {
    throw new ProviderError('Google gave the service account no token', { next: 'retry', status: response.status })
  }
  return token
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function assertionOf(key: z.infer<typeof Key>, now: number): string {
  const claims = { iss: key.client_email, scope: CLOUD_PLATFORM, aud: TOKEN_URL, iat: now, exp: now + LIFETIME_SECONDS }
  const unsigned = [{ alg: 'RS256', typ: 'JWT' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(key.private_key, 'base64url')}`
}
