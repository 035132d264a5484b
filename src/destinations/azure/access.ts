// How an account lets us in: by its key, with which each request is signed, or by a signature made before (SAS).
import { createHmac } from 'node:crypto'
import { z } from 'zod'

export interface Access {
  /** Of the account: containers stand below it. */
  endpoint: string
  by: { account: string; key: Buffer } | { sas: string }
}

/** A connection string or a SAS URL stays text: whoever opens a destination reads it. */
export const accessSetting = z
  .string()
  .trim()
  .max(4096)
  .superRefine((text, context) => {
    const problem = readAccess(text, '')
    if (typeof problem === 'string') context.addIssue({ code: 'custom', message: problem })
  })

/** What is wrong with it, where it cannot be read. The URL may be one of the container. */
export function readAccess(text: string, container: string): Access | string {
  return /^https?:/i.test(text) ? fromSasUrl(text, container) : fromConnectionString(text)
}

function fromSasUrl(text: string, container: string): Access | string {
  const endpoint = endpointOf(text, container)
  if (endpoint === null) return 'must be a URL without user and fragment, or a connection string'
  const sas = new URL(text).search.slice(1)
  if (!new URLSearchParams(sas).has('sig')) return 'must be a SAS URL, with its signature (sig) in the query'
  return { endpoint, by: { sas } }
}

function fromConnectionString(text: string): Access | string {
  const parts = new Map(
    text.split(';').map((part) => {
      const [name = '', ...value] = part.split('=')
      return [name.trim().toLowerCase(), value.join('=').trim()]
    }),
  )
  const [account, sas] = [parts.get('accountname'), parts.get('sharedaccesssignature')?.replace(/^\?/, '')]
  const suffix = parts.get('endpointsuffix') || 'core.windows.net'
  const usual = account && `${parts.get('defaultendpointsprotocol') || 'https'}://${account}.blob.${suffix}`
  const given = parts.get('blobendpoint') || usual
  if (!given) return 'must be a connection string with AccountName or BlobEndpoint, or a SAS URL'
  const endpoint = endpointOf(given, '')
  if (endpoint === null) return 'has a BlobEndpoint, or the name of an account, that is no URL'
  if (sas) return { endpoint, by: { sas } }
  const key = parts.get('accountkey') ?? ''
  if (!account || !/^[A-Za-z0-9+/]{4,}={0,2}$/.test(key) || key.length % 4 !== 0) {
    return 'must have AccountName and AccountKey, whole, or SharedAccessSignature'
  }
  return { endpoint, by: { account, key: Buffer.from(key, 'base64') } }
}

function endpointOf(text: string, container: string): string | null {
  if (!URL.canParse(text)) return null
  const { protocol, origin, username, password, pathname, hash } = new URL(text)
  if (!/^https?:$/.test(protocol) || username !== '' || password !== '' || hash !== '') return null
  const path = pathname.replace(/\/$/, '')
  return origin + (container !== '' && path.endsWith(`/${container}`) ? path.slice(0, -container.length - 1) : path)
}

/** Date (x-ms-date stands for it), four conditions and range. */
const NOT_SENT = Array.from({ length: 6 }, () => '')

/** The request with what lets it in. Its body's length stands in the signature, and its digest where a header names it. */
export function authorized(
  { by }: Access,
  request: { method: 'PUT'; url: string; headers: Record<string, string>; body: Uint8Array },
): { url: string; headers: Record<string, string> } {
  const { method, headers, body } = request
  const url = new URL(request.url)
  if ('sas' in by) return { url: `${url.href}?${by.sas}`, headers }
  const ours = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
  const length = body.byteLength === 0 ? '' : String(body.byteLength)
  const signed = [
    method,
    '', // content-encoding
    '', // content-language
    length,
    headers['content-md5'] ?? '',
    headers['content-type'] ?? '',
    ...NOT_SENT,
    ...ours.map((name) => `${name}:${headers[name]}`),
    `/${by.account}${url.pathname}`,
  ].join('\n')
  const signature = createHmac('sha256', by.key).update(signed).digest('base64')
  return { url: url.href, headers: { ...headers, authorization: `SharedKey ${by.account}:${signature}` } }
}
