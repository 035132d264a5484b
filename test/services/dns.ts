// A name server on UDP that says, or keeps to itself, what a test wants.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'

/** Addresses of the family that was asked for; none: it does not exist; silent: nobody ever answers. */
export type Told = readonly string[] | 'none' | 'failure' | 'silent'

export interface NameServer {
  /** With its port. */
  address: string
  /** `A name` or `AAAA name`, as they came. */
  asked: string[]
  tell: (name: string) => Told
  close(): void
}

const RCODE = { failure: 2, none: 3 }

export async function startNameServer({ host = '127.0.0.1', port = 0 } = {}): Promise<NameServer> {
  const socket = createSocket('udp4')
  const server: NameServer = { address: '', asked: [], tell: () => 'none', close: () => socket.close() }
  socket.on('message', (query, from) => {
    const { name, family, question } = read(query)
    server.asked.push(`${family === 6 ? 'AAAA' : 'A'} ${name}`)
    const told = server.tell(name)
    if (told !== 'silent') socket.send(answer(query, question, family, told), from.port, from.address)
  })
  socket.bind(port, host)
  await once(socket, 'listening')
  server.address = `${host}:${socket.address().port}`
  return server
}

function read(query: Buffer): { name: string; family: 4 | 6; question: Buffer } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at]!; length > 0; length = query[at]!) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const isSix = query.readUInt16BE(at + 1) === 28
  return { name: labels.join('.').toLowerCase(), family: isSix ? 6 : 4, question: query.subarray(12, at + 5) }
}

function answer(query: Buffer, question: Buffer, family: 4 | 6, told: Exclude<Told, 'silent'>): Buffer {
  const found = typeof told === 'string' ? [] : told.filter((each) => isIPv6(each) === (family === 6))
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | (typeof told === 'string' ? RCODE[told] : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(found.length, 6)
  return Buffer.concat([head, question, ...found.map((each) => recordOf(bytesOf(each)))])
}

/** Of the name in the question, for no time at all. */
function recordOf(address: Buffer): Buffer {
  const record = Buffer.alloc(12)
  record.writeUInt16BE(0xc00c, 0)
  record.writeUInt16BE(address.length === 16 ? 28 : 1, 2)
  record.writeUInt16BE(1, 4)
  record.writeUInt16BE(address.length, 10)
  return Buffer.concat([record, address])
}

/** Of IPv6 no more spellings than tests use: `::1`. */
function bytesOf(address: string): Buffer {
  if (!isIPv6(address)) return Buffer.from(address.split('.').map(Number))
  const bytes = Buffer.alloc(16)
  bytes[15] = Number(address.replace('::', ''))
  return bytes
}
