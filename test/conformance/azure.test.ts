import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { suite, test } from 'node:test'
import { azure, AzureSettings } from '../../src/destinations/azure/index.ts'
import { createHttp } from '../../src/platform/http-client.ts'
import { ACCOUNT, ACCOUNT_KEY, type Azure, missingAzure, startAzure } from '../services/azure.ts'
import { assertDelivered } from './assertions.ts'
import { destinationSuite } from './destination-suite.ts'
import { testEvent, testEvents, testWorld } from './events.ts'
import { type Buckets, bucketStage, bucketTests } from './objects.ts'
import type { Settings } from './stage.ts'

const NOW = { signingSecrets: [], timeoutMs: 5000 }
const HOUR_MS = 3_600_000

function withKey(endpoint: string, key = ACCOUNT_KEY): string {
  return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=${endpoint};`
}

async function place(server: Azure): Promise<Settings> {
  const container = `place-${randomBytes(6).toString('hex')}`
  await server.createContainer(container)
  return { container, access: withKey(server.endpoint) }
}

const buckets: Buckets<Azure> = {
  start: startAzure,
  place,
  at: (settings, { host, port }) => ({ ...settings, access: withKey(`http://${host}:${port}`) }),
}

destinationSuite('azure', {
  ...bucketStage(buckets),
  missing: missingAzure,
  wrongCredentials: ({ access, ...rest }) => ({ ...rest, access: String(access).replace('ofAzure', 'ofazure') }),
})

suite('blobs in Azure', { skip: missingAzure() ?? false, timeout: 120_000 }, () => {
  bucketTests(azure, buckets)

  test('by a shared access signature, of the container or in a connection string', async (t) => {
    const server = await startAzure()
    t.after(() => server.stop())
    const settings = await place(server)
    const container = String(settings.container)
    const events = testEvents(7)
    const sas = (rights: string, endsAt = Date.now() + HOUR_MS): string => server.sas(container, rights, endsAt)
    const send = (access: string, from: number, to: number) => {
      const sender = azure.open(AzureSettings.parse({ container, access }), testWorld(t, { allowPrivate: true }))
      return sender.send(events.slice(from, to), NOW)
    }
    assertDelivered(await send(`${server.endpoint}/${container}?${sas('cw')}`, 0, 2), 2)
    assertDelivered(await send(`${server.endpoint}?${sas('cw')}`, 2, 4), 2)
    assertDelivered(await send(`BlobEndpoint=${server.endpoint};SharedAccessSignature=${sas('cw')}`, 4, 6), 2)
    assert.equal((await server.objects(container)).length, 6)

    const failed = async (signature: string, message: RegExp): Promise<void> => {
      const text = JSON.stringify(await send(`${server.endpoint}?${signature}`, 0, 1))
      assert.match(text, message)
      assert.ok(!text.includes(new URLSearchParams(signature).get('sig')!), text)
    }
    assertDelivered(await send(`${server.endpoint}?${sas('c')}`, 6, 7), 1)
    await failed(sas('c'), /"retry".*(UnauthorizedBlobOverwrite|AuthorizationPermissionMismatch).*create and write/)
    await failed(sas('r'), /"retry".*AuthorizationPermissionMismatch.*create and write/)
    await failed(sas('cw', Date.now() - HOUR_MS), /"retry".*the SAS has ended: make a new one/)
    await failed(sas('cw').replace('sig=', 'sig=AAAA'), /"retry".*Auth(entication|orization)Fail.*the SAS/)
  })

  test('a signature that may not replace is found by a test, where events would replace', async (t) => {
    const server = await startAzure()
    t.after(() => server.stop())
    const { container } = await place(server)
    const access = `${server.endpoint}?${server.sas(String(container), 'c', Date.now() + HOUR_MS)}`
    const tested = async (more: Settings): Promise<string> => {
      const settings = AzureSettings.parse({ container, access, ...more })
      return JSON.stringify(await azure.open(settings, testWorld(t, { allowPrivate: true })).send([testEvent(4)], NOW))
    }
    assert.match(await tested({}), /"retry".*it needs create and write/)
    assert.match(await tested({ keys: 'unique' }), /"delivered"/)
    assert.match(await tested({ objects: 'ndjson', batch_seconds: 1 }), /"delivered"/)
  })

  test('with the account in front of the host, as Azure has it', async (t) => {
    const server = await startAzure()
    t.after(() => server.stop())
    const { container } = await place(server)
    const addresses = async () => [{ address: '127.0.0.1', family: 4 }]
    const names = { addresses, isAsking: () => false }
    const http = createHttp({ allowPrivate: true, userAgent: 'test', names })
    t.after(() => http.close())
    const access = withKey(`http://${ACCOUNT}.blob.storage.test:${new URL(server.endpoint).port}`)
    const settings = AzureSettings.parse({ container, access, prefix: 'a=b!/(c)/' })
    const sender = azure.open(settings, { ...testWorld(t, { allowPrivate: true }), http })
    assertDelivered(await sender.send([testEvent(0)], NOW), 1)
    const [blob] = await server.objects(settings.container)
    assert.match(blob!.key, /^a=b!\/\(c\)\/2022-03-16\/daily\//)
  })

  test('a blob that somebody leased is told', async (t) => {
    const server = await startAzure()
    t.after(() => server.stop())
    const settings = AzureSettings.parse(await place(server))
    const sender = azure.open(settings, testWorld(t, { allowPrivate: true }))
    const event = testEvent(0)
    assertDelivered(await sender.send([event], NOW), 1)
    const [blob] = await server.objects(settings.container)
    await server.lease(settings.container, blob!.key)
    assert.match(JSON.stringify(await sender.send([event], NOW)), /"retry".*LeaseIdMissing.*has a lease on the blob/)
  })

  test('what is wrong is said by what to do', async (t) => {
    const server = await startAzure()
    t.after(() => server.stop())
    const settings = await place(server)
    const sender = azure.open(
      AzureSettings.parse({ ...settings, container: 'nobody-made-this' }),
      testWorld(t, { allowPrivate: true }),
    )
    assert.match(JSON.stringify(await sender.send([testEvent(0)], NOW)), /"retry".*ContainerNotFound.*create it/)
  })
})

test('what lets nobody in is refused with the reason', () => {
  const problem = (access: string): string =>
    AzureSettings.safeParse({ container: 'health', access }).error?.issues[0]?.message ?? 'none'
  const target = (access: string): string => azure.target(AzureSettings.parse({ container: 'health', access }))
  const usual = 'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net'
  assert.equal(target(usual), 'acme.blob.core.windows.net/health/')
  assert.equal(target('https://acme.blob.core.windows.net/health?sv=2024&sig=x'), 'acme.blob.core.windows.net/health/')
  assert.match(problem('https://acme.blob.core.windows.net/health'), /must be a SAS URL/)
  assert.match(problem('https://user:word@acme.blob.core.windows.net/?sig=x'), /without user/)
  assert.match(problem('AccountName=acme'), /AccountKey, whole, or SharedAccessSignature/)
  assert.match(problem('AccountName=acme;AccountKey=c2VjcmV'), /AccountKey, whole/)
  assert.match(problem('BlobEndpoint=file:///etc/passwd;SharedAccessSignature=sig=x'), /BlobEndpoint/)
  assert.match(problem('UseDevelopmentStorage=true'), /AccountName or BlobEndpoint/)
})
