import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hostSetting, hostsOf, NoSuchCluster, whereIs } from './hosts.ts'

test('hosts with and without a port, and addresses', async () => {
  const hosts = await hostsOf({ hosts: ['db.example.com', 'db.example.com:4000', '[::1]:4001', '[::1]'], srv: false })
  assert.deepEqual(hosts.map(whereIs), ['db.example.com:27017', 'db.example.com:4000', '[::1]:4001', '[::1]:27017'])
})

test('what is no host is refused', () => {
  for (const text of ['', 'a/b', '%2Ftmp%2Fsocket', 'user@host', 'mongodb://host', 'host:port', 'a,b', 'host?x=1']) {
    assert.equal(hostSetting.safeParse(text).success, false, text)
  }
})

test('members of a cluster come from its DNS name, of the same domain only', async () => {
  const asked: string[] = []
  const answers = [
    { name: 'a.abc.example.net', port: 27_017 },
    { name: 'metadata.internal', port: 80 },
    { name: 'B.ABC.example.net', port: 27_018 },
  ]
  const resolve = async (name: string) => {
    asked.push(name)
    return answers
  }
  const hosts = await hostsOf({ hosts: ['cluster.abc.example.net'], srv: true }, resolve)
  assert.deepEqual(hosts.map(whereIs), ['a.abc.example.net:27017', 'B.ABC.example.net:27018'])
  assert.deepEqual(asked, ['_mongodb._tcp.cluster.abc.example.net'])
  await assert.rejects(hostsOf({ hosts: ['cluster.other.example.org'], srv: true }, resolve), NoSuchCluster)
  await assert.rejects(hostsOf({ hosts: ['localhost'], srv: true }, resolve), NoSuchCluster)
})
