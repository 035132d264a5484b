import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { signatureHeader } from './signature.ts'

const sign = (secret: string, message: string): string =>
  createHmac('sha256', Buffer.from(secret)).update(message, 'utf8').digest('hex')

test('the signature covers the time in seconds, a dot, and the exact bytes', () => {
  const body = Buffer.from('{"name":"Sortie à vélo 🚴"}')
  const header = signatureHeader(body, ['s3crét'], 1_768_230_933_999)
  assert.equal(header, `t=1768230933,v1=${sign('s3crét', '1768230933.{"name":"Sortie à vélo 🚴"}')}`)
})

test('while a secret is replaced both sign, the new one first', () => {
  const header = signatureHeader(Buffer.from('{}'), ['new secret', 'old secret'], 1000)
  assert.equal(header, `t=1,v1=${sign('new secret', '1.{}')},v1=${sign('old secret', '1.{}')}`)
})

test('a secret that looks like hex is used as text', () => {
  const secret = 'a'.repeat(48)
  assert.equal(signatureHeader(Buffer.from('x'), [secret], 0), `t=0,v1=${sign(secret, '0.x')}`)
})
