// A Kafka of one test's own: one node that is broker and controller, with SASL as customers have it.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  Consumer,
  ResourcePatternTypes,
  ResourceTypes,
  stringDeserializers,
} from '@platformatic/kafka'
import { type Certificates, makeCertificates } from './certificates.ts'
import { freePort } from './free-port.ts'
import { hasIpv6 } from './ipv6.ts'
import { type Service, startService } from './process.ts'

export const USER = 'loam'
export const PASSWORD = 'SECRET-of-kafka'
/** May do what it was allowed to, with the same password. */
export const NARROW = 'narrow'

type AclOperation = 'WRITE' | 'DESCRIBE' | 'CREATE' | 'IDEMPOTENT_WRITE'

export interface Read {
  key: string | null
  value: string
  headers: Record<string, string>
  partition: number
}

export interface Kafka {
  /** SASL without TLS. */
  port: number
  /** SASL with TLS. */
  tlsPort: number
  /** TLS alone, where the client's certificate is wanted: an address of IPv6 where there are any. */
  certified: string
  certificates: Certificates
  createTopic(name: string, partitions?: number, config?: Record<string, string>): Promise<void>
  deleteTopic(name: string): Promise<void>
  /** Lets NARROW do that, to one topic or to the cluster. */
  allow(operation: AclOperation, topic?: string): Promise<void>
  /** All that the topic has. */
  read(topic: string): Promise<Read[]>
  signal(signal: NodeJS.Signals): void
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export function missingKafka(): string | null {
  if (!existsSync(join(home(), 'kafka-clients-4.1.1.jar'))) {
    return "LOAM_TEST_KAFKA_HOME is no folder of Kafka's jars (mvn -f test/services/kafka/pom.xml dependency:copy-dependencies)"
  }
  return null
}

function home(): string {
  return process.env.LOAM_TEST_KAFKA_HOME ?? ''
}

export async function startKafka(): Promise<Kafka> {
  const folder = mkdtempSync(join(tmpdir(), 'loam-kafka-'))
  const [port, tlsPort, controller] = [await freePort(), await freePort(), await freePort()]
  const certificates = makeCertificates('loam')
  const certified = `${hasIpv6() ? '[::1]' : '127.0.0.1'}:${await freePort()}`
  const authority = join(folder, 'ca.pem')
  writeFileSync(authority, certificates.ca)
  const keystore = join(folder, 'server.pem')
  writeFileSync(keystore, certificates.server.key + certificates.server.certificate)
  const config = join(folder, 'server.properties')
  const login = `org.apache.kafka.common.security.plain.PlainLoginModule required username="${USER}" password="${PASSWORD}" user_${USER}="${PASSWORD}" user_${NARROW}="${PASSWORD}";`
  const scram = 'org.apache.kafka.common.security.scram.ScramLoginModule required;'
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `CLIENTS://127.0.0.1:${port},SECURE://127.0.0.1:${tlsPort},CERTIFIED://${certified},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `CLIENTS://127.0.0.1:${port},SECURE://localhost:${tlsPort},CERTIFIED://${certified}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'CLIENTS',
    'listener.security.protocol.map': 'CLIENTS:SASL_PLAINTEXT,SECURE:SASL_SSL,CERTIFIED:SSL,CONTROLLER:PLAINTEXT',
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'sasl.mechanism.inter.broker.protocol': 'PLAIN',
    ...Object.fromEntries(
      ['clients', 'secure'].flatMap((listener) => [
        [`listener.name.${listener}.plain.sasl.jaas.config`, login],
        [`listener.name.${listener}.scram-sha-256.sasl.jaas.config`, scram],
        [`listener.name.${listener}.scram-sha-512.sasl.jaas.config`, scram],
      ]),
    ),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // Whoever brings the certificate, and the broker to itself.
    'super.users': `User:${USER};User:CN=${USER};User:ANONYMOUS`,
    'listener.name.certified.ssl.client.auth': 'required',
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': authority,
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': keystore,
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': '1',
    'offsets.topic.num.partitions': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '1',
    'group.initial.rebalance.delay.ms': '0',
    'num.partitions': '3',
  }
  writeFileSync(
    config,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const java = ['-Xmx320m', '-XX:TieredStopAtLevel=1', '-cp', join(home(), '*')]
  const users = [256, 512].flatMap((bits) => ['--add-scram', `SCRAM-SHA-${bits}=[name=${USER},password=${PASSWORD}]`])
  const format = ['format', '-t', 'loamloamloamloamloamlg', '-c', config, ...users]
  execFileSync('java', [...java, 'kafka.tools.StorageTool', ...format], { stdio: 'pipe' })

  const client = {
    clientId: 'test',
    bootstrapBrokers: [`127.0.0.1:${port}`],
    sasl: { mechanism: 'PLAIN' as const, username: USER, password: PASSWORD },
    retries: 0,
  }

  async function withAdmin<Result>(work: (admin: Admin) => Promise<Result>): Promise<Result> {
    const admin = new Admin({ ...client })
    try {
      return await work(admin)
    } finally {
      await admin.close()
    }
  }

  const start = (): Promise<Service> =>
    startService({
      command: 'java',
      args: [...java, 'kafka.Kafka', config],
      env: { KAFKA_LOG4J_OPTS: '' },
      cwd: folder,
      ready: () => withAdmin(async (admin) => (await admin.metadata({ topics: [] })).brokers.size === 1),
    })
  let service = await start()

  return {
    port,
    tlsPort,
    certified,
    certificates,
    async createTopic(name, partitions = 3, config = {}) {
      await withAdmin((admin) =>
        admin.createTopics({
          topics: [name],
          partitions,
          replicas: 1,
          configs: Object.entries(config).map(([key, value]) => ({ name: key, value })),
        }),
      )
    },
    async deleteTopic(name) {
      await withAdmin((admin) => admin.deleteTopics({ topics: [name] }))
    },
    async allow(operation, topic) {
      const acl = {
        resourceType: topic === undefined ? ResourceTypes.CLUSTER : ResourceTypes.TOPIC,
        resourceName: topic ?? 'kafka-cluster',
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${NARROW}`,
        host: '*',
        operation: AclOperations[operation],
        permissionType: AclPermissionTypes.ALLOW,
      }
      await withAdmin((admin) => admin.createAcls({ creations: [acl] }))
    },
    async read(topic) {
      const consumer = new Consumer({
        ...client,
        groupId: `reader-${Math.random()}`,
        deserializers: stringDeserializers,
        maxWaitTime: 100,
        retries: 20,
        retryDelay: 250,
      })
      try {
        const { topics } = await consumer.metadata({ topics: [topic] })
        const partitions = Array.from({ length: topics.get(topic)!.partitionsCount }, (_, i) => i)
        const ends = (await consumer.listOffsets({ topics: [topic], partitions: { [topic]: partitions } })).get(topic)!
        const wanted = ends.reduce((sum, end) => sum + Number(end), 0)
        const found: Read[] = []
        if (wanted === 0) return found
        const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false })
        for await (const { key, value, headers, partition } of stream) {
          found.push({ key: key ?? null, value, headers: Object.fromEntries(headers), partition })
          if (found.length === wanted) break
        }
        return found
      } finally {
        await consumer.close(true)
      }
    },
    signal: (signal) => service.signal(signal),
    kill: () => service.kill(),
    async restart() {
      service = await start()
    },
    async stop() {
      await service.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
