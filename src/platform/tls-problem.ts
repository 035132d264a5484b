// What goes wrong with TLS, as sentences for people, by the codes of Node and OpenSSL.

export interface TlsProblem {
  said: string
  /** What to do. */
  mend: string
}

/** OpenSSL read something else in place of a handshake. */
const SPEAKS_NO_TLS = /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|UNKNOWN_PROTOCOL)$/
/** What the other side says of a certificate of ours, or of the lack of one. */
const ABOUT_OURS = /_ALERT_(NO_CERTIFICATE|(BAD|UNSUPPORTED)_CERTIFICATE|CERTIFICATE_\w+|UNKNOWN_CA|ACCESS_DENIED)$/
/** Thrown before anything is connected. */
const OURS_UNUSABLE = /^ERR_(OSSL_|MISSING_PASSPHRASE)/

export function isAboutTls(code: string): boolean {
  return /CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|MISSING_PASSPHRASE/.test(code)
}

/** Of a code that is about TLS. */
export function tlsProblem(code: string, where: string): TlsProblem {
  const certificate = `the TLS certificate of ${where}`
  if (SPEAKS_NO_TLS.test(code)) {
    return { said: `${where} speaks no TLS (${code})`, mend: 'switch TLS off, or give the port that has it' }
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return { said: `${certificate} has expired (${code})`, mend: 'renew it there, or set the clock of this server' }
  }
  if (code === 'CERT_NOT_YET_VALID') {
    return { said: `${certificate} is not valid yet (${code})`, mend: 'set the clock of this server' }
  }
  if (/ALTNAME_INVALID|HOSTNAME_MISMATCH/.test(code)) {
    return { said: `${certificate} is for other names (${code})`, mend: 'give a host that it names' }
  }
  if (ABOUT_OURS.test(code)) {
    return {
      said: `${where} did not accept our certificate, or that there is none (${code})`,
      mend: 'set client_certificate and client_key as it wants them',
    }
  }
  if (OURS_UNUSABLE.test(code)) {
    return {
      said: `the certificates for ${where} cannot be used (${code})`,
      mend: 'set client_certificate and client_key anew, of one pair and without a passphrase, or the ca_certificate',
    }
  }
  if (/_ALERT_|PROTOCOL|CIPHER/.test(code)) {
    return {
      said: `${where} refused to speak TLS (${code})`,
      mend: 'it may want a client_certificate, or be too old: version 1.2 is the least; its log says why',
    }
  }
  return {
    said: `${certificate} was not accepted (${code})`,
    mend: 'check the host, or give the authority that signed it',
  }
}
