// An SQS of one test's own: moto, which keeps messages in memory alone. So a gate stands before it: what the test kills is cut off
// first, then its messages are taken out, and then it is killed. Real queues are durable; this is as near as it comes.
import { execFileSync } from 'node:child_process'
import { AwsClient } from 'aws4fetch'
import { openGate } from './gate.ts'
import { freePort } from './free-port.ts'
import { type Service, startService } from './process.ts'

export interface ReceivedMessage {
  body: string
  attributes: Record<string, string>
  group: string | undefined
}

export interface Sqs {
  port: number
  createQueue(name: string): Promise<string>
  /** Its MaximumMessageSize. */
  limitMessages(queueUrl: string, bytes: number): Promise<void>
  /** All that ever arrived. */
  messages(queueUrl: string): Promise<ReceivedMessage[]>
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

const command = (): string => process.env.LOAM_TEST_MOTO || 'moto_server'

export function missingSqs(): string | null {
  try {
    execFileSync(command(), ['--help'], { stdio: 'pipe' })
    return null
  } catch {
    return 'moto is not installed (pip install "moto[server]"; LOAM_TEST_MOTO names its moto_server)'
  }
}

export async function startSqs(): Promise<Sqs> {
  const [port, behind] = [await freePort(), await freePort()]
  const client = new AwsClient({
    accessKeyId: 'a',
    secretAccessKey: 'b',
    service: 'sqs',
    region: 'us-east-1',
    retries: 0,
  })
  const ask = async (action: string, input: unknown): Promise<Record<string, unknown>> => {
    const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` }
    const body = JSON.stringify(input)
    const response = await client.fetch(`http://127.0.0.1:${behind}/`, { method: 'POST', headers, body })
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }
  const queues = new Map<string, ReceivedMessage[]>()
  const urlOf = (name: string): string => `http://127.0.0.1:${port}/123456789012/${name}`
  const create = (name: string): Promise<unknown> =>
    ask('CreateQueue', { QueueName: name, Attributes: name.endsWith('.fifo') ? { FifoQueue: 'true' } : {} })
  const start = (): Promise<Service> =>
    startService({
      command: command(),
      args: ['-H', '127.0.0.1', '-p', String(behind)],
      ready: async () => (await ask('ListQueues', {})) !== null,
    })

  async function drain(name: string): Promise<void> {
    const QueueUrl = urlOf(name)
    for (;;) {
      const all = { MaxNumberOfMessages: 10, MessageAttributeNames: ['All'], AttributeNames: ['All'] }
      const found = ((await ask('ReceiveMessage', { QueueUrl, ...all })).Messages ?? []) as Message[]
      if (found.length === 0) return
      for (const { Body, MessageAttributes: given = {}, Attributes } of found) {
        const attributes = Object.entries(given).map(([key, { StringValue }]) => [key, StringValue])
        queues.get(name)!.push({
          body: Body,
          attributes: Object.fromEntries(attributes) as Record<string, string>,
          group: Attributes?.MessageGroupId,
        })
      }
      const entries = found.map(({ ReceiptHandle }, i) => ({ Id: String(i), ReceiptHandle }))
      await ask('DeleteMessageBatch', { QueueUrl, Entries: entries })
    }
  }

  let service = await start()
  let gate = await openGate(port, behind)
  return {
    port,
    async createQueue(name) {
      queues.set(name, [])
      await create(name)
      return urlOf(name)
    },
    async limitMessages(queueUrl, bytes) {
      await ask('SetQueueAttributes', { QueueUrl: queueUrl, Attributes: { MaximumMessageSize: String(bytes) } })
    },
    async messages(queueUrl) {
      const name = new URL(queueUrl).pathname.split('/').at(-1)!
      await drain(name)
      return [...queues.get(name)!]
    },
    async kill() {
      await gate.shut()
      for (const name of queues.keys()) await drain(name)
      await service.kill()
    },
    async restart() {
      service = await start()
      for (const name of queues.keys()) await create(name)
      gate = await openGate(port, behind)
    },
    async stop() {
      await gate.shut()
      await service.kill()
    },
  }
}

interface Message {
  Body: string
  ReceiptHandle: string
  MessageAttributes?: Record<string, { StringValue: string }>
  Attributes?: { MessageGroupId?: string }
}
