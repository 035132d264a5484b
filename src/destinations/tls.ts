// TLS for destinations that are no HTTP: settings and what Node makes of them.
import { X509Certificate } from 'node:crypto'
import { isIP, type Socket } from 'node:net'
import { connect, type ConnectionOptions, createSecureContext } from 'node:tls'
import { z } from 'zod'
import type { Network } from '../platform/network.ts'

export const tlsSettings = {
  tls: z.boolean().default(true).describe('Encrypt the connection and verify the certificate of the server.'),
  ca_certificate: pem('CERTIFICATE')
    .nullable()
    .default(null)
    .meta({ multiline: true })
    .describe("PEM of the authority that signed the server's certificate. Empty: the public ones."),
  client_certificate: pem('CERTIFICATE')
    .nullable()
    .default(null)
    .meta({ multiline: true })
    .describe('PEM to identify ourselves with, where the server wants one.'),
  client_key: pem('PRIVATE KEY')
    .nullable()
    .default(null)
    .meta({ secret: true, multiline: true })
    .describe('PEM of the private key of the client certificate, without a passphrase.'),
}

export type TlsSettings = z.infer<z.ZodObject<typeof tlsSettings>>

/** Undefined when TLS is off. Throws where the certificates or the key cannot be used. */
export function tlsOptions(settings: TlsSettings): ConnectionOptions | undefined {
  if (!settings.tls) return undefined
  const options = {
    rejectUnauthorized: true,
    ...(settings.ca_certificate === null ? {} : { ca: settings.ca_certificate }),
    ...(settings.client_certificate === null ? {} : { cert: settings.client_certificate }),
    ...(settings.client_key === null ? {} : { key: settings.client_key }),
  }
  // Certificates that cannot be used are an error before anything is connected: what they make of it later, with a socket that
  // nobody listens to or without a word, differs from one client library to the next.
  createSecureContext(options)
  // Of an authority that cannot be read, OpenSSL says nothing, and trusts nobody.
  if (settings.ca_certificate !== null) void new X509Certificate(settings.ca_certificate)
  return options
}

/** For libraries that take a connected stream: goes only where it may, with TLS when the settings say so. */
export function connectedSocket(network: Network, host: string, port: number, settings: TlsSettings): Socket {
  const options = tlsOptions(settings)
  const socket = network.connect(host, port)
  if (options === undefined) return socket
  const secure = connect({ ...options, socket, host, servername: serverName(host) })
  socket.on('error', (error) => secure.destroy(error))
  return secure
}

/**
 * By what a server is asked for its certificate: a name, without the dot that may end it, on which Go's and Java's servers hang
 * up. Empty for an address, with which Node compares the certificate then.
 */
export function serverName(host: string): string {
  return isIP(host) === 0 ? host.replace(/\.$/, '') : ''
}

function pem(label: 'CERTIFICATE' | 'PRIVATE KEY') {
  const pattern = new RegExp(`^\\s*-----BEGIN [A-Z ]*${label}-----\\r?\\n[\\s\\S]+-----END [A-Z ]*${label}-----\\s*$`)
  return z
    .string()
    .max(65_536)
    .regex(pattern, {
      error: `must be PEM, with its line breaks, from -----BEGIN ${label}----- to -----END ${label}-----`,
    })
}
