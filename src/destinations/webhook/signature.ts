import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'

/**
 * The value of `terra-signature`: `t=<unix seconds>,v1=<hex>` with one `v1` for each secret, newest first. Each is the
 * HMAC-SHA256 of `t + '.' + body` under the secret's UTF-8 bytes.
 */
export function signatureHeader(body: Uint8Array, secrets: readonly string[], nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
  let header = `t=${seconds}`
  for (const secret of secrets) {
    header += `,v1=${createHmac('sha256', keyOf(secret)).update(`${seconds}.`).update(body).digest('hex')}`
  }
  return header
}

/** Making a key costs more than signing with it. */
const keys = new Map<string, KeyObject>()
const MOST_KEYS = 1000

function keyOf(secret: string): KeyObject {
  let key = keys.get(secret)
  if (key === undefined) {
    if (keys.size >= MOST_KEYS) keys.clear()
    key = createSecretKey(secret, 'utf8')
    keys.set(secret, key)
  }
  return key
}
