// The way out of the contestants that are not Loam: the same signature, the same headers, a pool of connections.
import { createHmac, createSecretKey, randomUUID } from 'node:crypto'
import { Pool } from 'undici'

const key = createSecretKey(Buffer.from('a'.repeat(48)))

export function postOut(sinkUrl: string): (id: string, body: string | Buffer) => Promise<void> {
  const pool = new Pool(sinkUrl, { connections: 32, pipelining: 1, allowH2: false })
  return async (id, body) => {
    const seconds = Math.floor(Date.now() / 1000)
    const signature = `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.`).update(body).digest('hex')}`
    const response = await pool.request({
      method: 'POST',
      path: '/',
      headers: {
        'content-type': 'application/json',
        'terra-signature': signature,
        'terra-reference': randomUUID(),
        'x-terra-trace-id': id,
      },
      body,
    })
    await response.body.dump()
    if (response.statusCode !== 200) throw new Error(`the sink answered ${response.statusCode}`)
  }
}
