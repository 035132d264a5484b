// An authority of one test's own, and certificates that it signed for localhost.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Certificates {
  ca: string
  server: { certificate: string; key: string }
  client: { certificate: string; key: string }
}

/** `clientName` is the common name of the client's certificate. */
export function makeCertificates(clientName: string): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'loam-certificates-'))
  const file = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  }
  const read = (name: string): string => readFileSync(file(name), 'utf8')
  const key = (name: string): void =>
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', `${name}.key`)
  try {
    key('ca')
    openssl('req', '-x509', '-new', '-key', 'ca.key', '-subj', '/CN=Test authority', '-days', '2', '-out', 'ca.crt')
    for (const [name, subject] of [
      ['server', 'localhost'],
      ['client', clientName],
    ] as const) {
      key(name)
      writeFileSync(file(`${name}.ext`), 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n')
      openssl('req', '-new', '-key', `${name}.key`, '-subj', `/CN=${subject}`, '-out', `${name}.csr`)
      const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`]
      openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-out', `${name}.crt`)
    }
    return {
      ca: read('ca.crt'),
      server: { certificate: read('server.crt'), key: read('server.key') },
      client: { certificate: read('client.crt'), key: read('client.key') },
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
