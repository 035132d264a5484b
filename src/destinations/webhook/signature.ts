import { createHmac } from 'node:crypto'

/**
 * The value of `terra-signature`: `t=<unix seconds>,v1=<hex>` with one `v1` for each secret, newest first. Each is the
 * HMAC-SHA256 of `t + '.' + body` under the secret's UTF-8 bytes.
 */
export function signatureHeader(body: Uint8Array, secrets: readonly string[], nowMs: number): string {
  const seconds = Math.floor(nowMs / 1000)
  const signatures = secrets.map((secret) => {
    const hmac = createHmac('sha256', Buffer.from(secret, 'utf8'))
    return `v1=${hmac.update(`${seconds}.`).update(body).digest('hex')}`
  })
  return [`t=${seconds}`, ...signatures].join(',')
}
