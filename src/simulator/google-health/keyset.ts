// The key that signs notifications, as Tink publishes it.
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import type { Kit } from '../kit/kit.ts'

const KEY_ID = 1_493_002_841

export interface SigningKey {
  keyset: object
  sign(body: string): string
}

/** One for all servers of a sandbox. */
export async function signingKey(kit: Kit): Promise<SigningKey> {
  let pem = await kit.state.get('webhook-key')
  if (pem === null) {
    pem = newKey().export({ type: 'pkcs8', format: 'pem' }) as string
    await kit.state.put('webhook-key', pem)
  }
  return ofKey(createPrivateKey(pem))
}

/** Of somebody who does not have Google's. */
export function foreignKey(): SigningKey {
  return ofKey(newKey())
}

function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
}

function ofKey(key: KeyObject): SigningKey {
  const { x, y } = key.export({ format: 'jwk' })
  const value = publicKeyMessage(Buffer.from(x!, 'base64url'), Buffer.from(y!, 'base64url'))
  const keyData = {
    typeUrl: 'type.googleapis.com/google.crypto.tink.EcdsaPublicKey',
    value: value.toString('base64'),
    keyMaterialType: 'ASYMMETRIC_PUBLIC',
  }
  return {
    keyset: {
      primaryKeyId: KEY_ID,
      key: [{ keyData, status: 'ENABLED', keyId: KEY_ID, outputPrefixType: 'TINK' }],
    },
    sign(body) {
      const prefix = Buffer.alloc(5)
      prefix[0] = 1
      prefix.writeUInt32BE(KEY_ID, 1)
      return Buffer.concat([prefix, sign('sha256', Buffer.from(body), key)]).toString('base64')
    },
  }
}

/** EcdsaPublicKey: parameters, then the coordinates with a zero byte in front. */
function publicKeyMessage(x: Buffer, y: Buffer): Buffer {
  const parameters = Buffer.from([0x12, 6, 0x08, 3, 0x10, 2, 0x18, 2])
  const coordinate = (field: number, bytes: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(field << 3) | 2, bytes.length + 1, 0]), bytes])
  return Buffer.concat([parameters, coordinate(3, x), coordinate(4, y)])
}
