import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AwsSettings, type BodiesSetting, bodiesSetting } from './setting.ts'

test('what the setting may be', () => {
  const none: AwsSettings = {
    endpoint: undefined,
    region: undefined,
    accessKeyId: undefined,
    secretAccessKey: undefined,
  }
  const keys: AwsSettings = { ...none, accessKeyId: 'id', secretAccessKey: 'secret' }
  const read = (text: string, aws = keys): BodiesSetting | string => bodiesSetting(text, aws)
  const bucket = { kind: 's3', region: 'us-east-1', endpoint: null, accessKeyId: 'id', secretAccessKey: 'secret' }
  assert.deepEqual(read('database', none), { kind: 'database' })
  assert.deepEqual(read('file:///var/lib/loam/bodies/'), { kind: 'folder', folder: '/var/lib/loam/bodies' })
  assert.deepEqual(read('s3://my-bucket'), { ...bucket, bucket: 'my-bucket', prefix: '' })
  assert.deepEqual(read('s3://my-bucket/a/b/'), { ...bucket, bucket: 'my-bucket', prefix: 'a/b/' })
  assert.match(String(read('s3://my-bucket', none)), /needs AWS_ACCESS_KEY_ID/)
  for (const wrong of [
    's3://',
    's3://my-bucket/../other',
    's3://my-bucket//a',
    'gs://my-bucket',
    'file://host/x',
    'bucket',
  ]) {
    assert.match(String(read(wrong)), /must be database, s3:/, wrong)
  }
})
