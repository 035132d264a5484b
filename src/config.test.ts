import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { CONFIGURATION_FILE, withSettings } from '../test/write-configuration.ts'
import { ConfigError, readConfig, readSettings, settingNames } from './config.ts'

const KEY = Buffer.alloc(32, 7).toString('base64')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'loam-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const here = (values: Record<string, string> = {}): Record<string, string> => ({
  LOAM_DATA_DIR: join(folder, 'data'),
  ...values,
})

function problemsOf(values: Record<string, string>): readonly string[] {
  try {
    readConfig(values, folder)
  } catch (error) {
    assert.ok(error instanceof ConfigError)
    return error.problems
  }
  assert.fail('these settings were taken')
}

describe('defaults', () => {
  test('without any setting: the embedded database, the sandbox, private destinations', () => {
    const config = readConfig(here(), folder)
    assert.equal(config.port, 4000)
    assert.equal(config.host, '127.0.0.1')
    assert.equal(config.publicUrl, 'http://localhost:4000')
    assert.equal(config.databaseUrl, `sqlite:${join(folder, 'data', 'loam.db')}`)
    assert.equal(config.role, 'all')
    assert.equal(config.backfillDays, 30)
    assert.deepEqual([config.embedded, config.sandbox, config.allowPrivateDestinations], [true, true, true])
    assert.deepEqual([config.devId, config.apiKey, config.signingSecret, config.adminToken], [null, null, null, null])
  })

  test('the public URL follows the port', () => {
    assert.equal(readConfig(here({ LOAM_PORT: '4100' }), folder).publicUrl, 'http://localhost:4100')
    const given = readConfig(here({ LOAM_PORT: '4100', LOAM_PUBLIC_URL: 'https://loam.example.com/' }), folder)
    assert.equal(given.publicUrl, 'https://loam.example.com')
    assert.match(
      problemsOf({ LOAM_PUBLIC_URL: 'https://example.com/loam' }).join(),
      /^LOAM_PUBLIC_URL must end with the host/,
    )
  })

  test('with PostgreSQL: no sandbox, no private destinations, unless they are asked for', () => {
    const settings = here({ LOAM_DATABASE_URL: 'postgres://u:p@db/loam', LOAM_ENCRYPTION_KEY: KEY })
    const config = readConfig(settings, folder)
    assert.deepEqual([config.embedded, config.sandbox, config.allowPrivateDestinations], [false, false, false])
    assert.equal(readConfig({ ...settings, LOAM_SANDBOX: 'on' }, folder).sandbox, true)
    assert.equal(readConfig({ ...settings, LOAM_ROLE: 'deliver' }, folder).role, 'deliver')
  })

  test('private destinations of some networks, ports in ranges', () => {
    const some = here({
      LOAM_ALLOW_PRIVATE_DESTINATIONS: '10.1.0.0/16, fd00::/8',
      LOAM_DESTINATION_PORTS: '443,8000-8100',
    })
    const config = readConfig(some, folder)
    assert.deepEqual(config.allowPrivateDestinations, ['10.1.0.0/16', 'fd00::/8'])
    assert.deepEqual(config.destinationPorts, [
      [443, 443],
      [8000, 8100],
    ])
    for (const networks of ['10.1.0.0', 'yes', '10.0.0.0/8,', '10.0.0.0/40']) {
      const [problem] = problemsOf(here({ LOAM_ALLOW_PRIVATE_DESTINATIONS: networks }))
      assert.match(problem!, /^LOAM_ALLOW_PRIVATE_DESTINATIONS must be on, off, or networks/, networks)
    }
    for (const ports of ['0', '70000', '90-80', 'http', '443,']) {
      assert.match(
        problemsOf(here({ LOAM_DESTINATION_PORTS: ports }))[0]!,
        /^LOAM_DESTINATION_PORTS must be ports/,
        ports,
      )
    }
  })

  test('an empty value is no value', () => {
    assert.equal(readConfig(here({ LOAM_PORT: '', LOAM_ADMIN_TOKEN: '' }), folder).port, 4000)
    const { config, origins } = readSettings(
      here({ LOAM_API_KEY: ' '.repeat(9), OTEL_TRACES_SAMPLER_ARG: '\n' }),
      folder,
    )
    assert.deepEqual([config.apiKey, origins.OTEL_TRACES_SAMPLER_ARG], [null, 'default'])
  })

  test('spaces and newlines around a value, as secrets of Kubernetes end, are none of it', () => {
    const config = readConfig(here({ LOAM_PORT: ' 4100', LOAM_ADMIN_TOKEN: 'a-token-of-ours\n' }), folder)
    assert.deepEqual([config.port, config.adminToken], [4100, 'a-token-of-ours'])
  })
})

describe('where values come from', () => {
  test('a .env file is read, and the environment wins', () => {
    writeFileSync(join(folder, '.env'), 'LOAM_PORT=4200\nLOAM_HOST="0.0.0.0"\n# LOAM_SANDBOX=off\n')
    const { config, origins } = readSettings(here({ LOAM_PORT: '4300' }), folder)
    assert.deepEqual([config.port, config.host, config.sandbox], [4300, '0.0.0.0', true])
    assert.deepEqual([origins.LOAM_PORT, origins.LOAM_HOST, origins.LOAM_SANDBOX], ['environment', '.env', 'default'])
  })

  test('a secret from a file, without the newline at its end', () => {
    writeFileSync(join(folder, 'token'), 'a-token-of-an-operator\n')
    const { config, origins } = readSettings(here({ LOAM_ADMIN_TOKEN_FILE: 'token' }), folder)
    assert.equal(config.adminToken, 'a-token-of-an-operator')
    assert.equal(origins.LOAM_ADMIN_TOKEN, 'file')
  })

  test('a file named in the environment wins over a value in .env', () => {
    writeFileSync(join(folder, 'token'), 'token-from-the-file')
    writeFileSync(join(folder, '.env'), 'LOAM_ADMIN_TOKEN=token-from-dot-env')
    assert.equal(readConfig(here({ LOAM_ADMIN_TOKEN_FILE: 'token' }), folder).adminToken, 'token-from-the-file')
  })
})

describe('the encryption key', () => {
  test('is made once, readable by its owner alone', () => {
    const first = readConfig(here(), folder).encryptionKey
    assert.equal(Buffer.from(first, 'base64').length, 32)
    assert.equal(readConfig(here(), folder).encryptionKey, first)
    assert.equal(statSync(join(folder, 'data', 'encryption.key')).mode & 0o777, 0o600)
  })

  test('only looking makes none', () => {
    assert.equal(readSettings(here(), folder).config.encryptionKey, null)
    assert.ok(!existsSync(join(folder, 'data')))
  })

  test('is not replaced when it is lost: it would open nothing of the database that is there', () => {
    readConfig(here(), folder)
    writeFileSync(join(folder, 'data', 'loam.db'), '')
    rmSync(join(folder, 'data', 'encryption.key'))
    assert.match(problemsOf(here()).join('\n'), /encryption\.key is missing.*restore it, or set LOAM_ENCRYPTION_KEY/)
    assert.equal(readConfig(here({ LOAM_ENCRYPTION_KEY: KEY }), folder).encryptionKey, KEY)
  })

  test('a damaged file is named', () => {
    readConfig(here(), folder)
    writeFileSync(join(folder, 'data', 'encryption.key'), 'not a key')
    assert.match(problemsOf(here()).join('\n'), /encryption\.key holds no key/)
  })
})

describe('what cannot be used', () => {
  test('is named all at once, each with what would do', () => {
    const problems = problemsOf({
      LOAM_PORT: 'http',
      LOAM_PUBLIC_URL: 'loam.example.com',
      LOAM_DATABASE_URL: 'mysql://root:hunter2@db/loam',
      LOAM_SANDBOX: 'yes',
      LOAM_BACKFILL_DAYS: '-1',
      LOAM_LOG_LEVEL: 'loud',
      LOAM_ENCRYPTION_KEY: 'c2hvcnQ=',
      LOAM_API_KEY: 'short',
      LOAM_ROLE: 'worker',
      LOAM_ADMIN_TOKEN_FILE: '/nowhere/token',
      LOAM_PUBLC_URL: 'https://loam.example.com',
    }).join('\n')
    for (const expected of [
      /LOAM_PORT must be a port.*\(got "http"\)/,
      /LOAM_PUBLIC_URL must be an http or https URL/,
      /LOAM_DATABASE_URL must be sqlite:<file> or postgres:/,
      /LOAM_SANDBOX must be on or off \(got "yes"\)/,
      /LOAM_BACKFILL_DAYS must be a number of days/,
      /LOAM_LOG_LEVEL must be trace, debug/,
      /LOAM_ENCRYPTION_KEY must be 32 bytes/,
      /LOAM_API_KEY must have at least 8 characters/,
      /LOAM_ROLE must be all, api, intake or deliver/,
      /LOAM_ADMIN_TOKEN_FILE names \/nowhere\/token, which cannot be read \(ENOENT\)/,
      /LOAM_PUBLC_URL is no setting: did you mean LOAM_PUBLIC_URL\?/,
    ]) {
      assert.match(problems, expected)
    }
    for (const secret of ['hunter2', 'c2hvcnQ=', 'short']) assert.ok(!problems.includes(secret), secret)
  })

  test('PostgreSQL without a key, a part without PostgreSQL', () => {
    assert.match(problemsOf({ LOAM_DATABASE_URL: 'postgres://db/loam' }).join('\n'), /LOAM_ENCRYPTION_KEY is required/)
    assert.match(problemsOf(here({ LOAM_ROLE: 'api' })).join('\n'), /LOAM_ROLE api needs PostgreSQL/)
    const together = problemsOf({ LOAM_DATABASE_URL: 'postgres://db/loam', LOAM_PORT: 'x' })
    assert.deepEqual(
      together.map((problem) => problem.split(' ')[0]),
      ['LOAM_PORT', 'LOAM_ENCRYPTION_KEY'],
    )
    const broken = problemsOf({ LOAM_DATABASE_URL: 'mysql://db/loam', LOAM_ROLE: 'api' })
    assert.equal(broken.length, 1, 'one mistake is one problem')
  })

  test('a URL of PostgreSQL that is none tells nothing of its password; a socket needs no host', () => {
    const given = { LOAM_ENCRYPTION_KEY: KEY, LOAM_DATABASE_URL: 'postgres://loam:p/w3@db/loam' }
    const [problem, ...others] = problemsOf(here(given))
    assert.match(problem!, /^LOAM_DATABASE_URL cannot be read as a URL/)
    assert.ok(!problem!.includes('w3'))
    assert.deepEqual(others, [])
    const replicas = here({
      ...given,
      LOAM_DATABASE_URL: 'postgres://db/loam',
      LOAM_DATABASE_READ_URL: 'postgres://a:b:c/d',
    })
    assert.match(problemsOf(replicas).join('\n'), /^LOAM_DATABASE_READ_URL cannot be read as a URL/)
    readConfig(here({ ...given, LOAM_DATABASE_URL: 'postgres://loam:pw@/loam?host=/run/postgresql' }), folder)
  })

  test('quotes around a secret or a folder, which docker hands on as they are', () => {
    const problems = problemsOf({ LOAM_DATA_DIR: "'/data'", LOAM_SIGNING_SECRET: '"a secret of ours"' })
    assert.equal(problems.length, 2)
    for (const problem of problems) assert.match(problem, /^LOAM_(DATA_DIR|SIGNING_SECRET) stands in quotes/)
    readConfig(here({ LOAM_SIGNING_SECRET: `"a secret' of ours` }), folder)
  })

  test('an endpoint of S3 with a path, which no request would have', () => {
    const given = { LOAM_BODIES: 's3://bodies', AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' }
    const of = (AWS_ENDPOINT_URL: string): Record<string, string> => here({ ...given, AWS_ENDPOINT_URL })
    const [problem] = problemsOf(of('https://storage.example.com/s3'))
    assert.match(problem!, /^AWS_ENDPOINT_URL must be a host alone/)
    for (const endpoint of ['https://storage.example.com:9000', 'http://127.0.0.1:9000/']) {
      assert.partialDeepStrictEqual(readConfig(of(endpoint), folder).bodies, { bucket: 'bodies', endpoint })
    }
  })

  test('headers for the collector that cannot be decoded', () => {
    const problems = problemsOf(
      here({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318', OTEL_EXPORTER_OTLP_HEADERS: 'key=50%zz' }),
    )
    assert.match(problems.join('\n'), /^OTEL_EXPORTER_OTLP_HEADERS has a %/)
  })

  test('a data folder that cannot be', () => {
    writeFileSync(join(folder, 'file'), '')
    assert.match(
      problemsOf({ LOAM_DATA_DIR: join(folder, 'file', 'data') }).join('\n'),
      /^LOAM_DATA_DIR names .*data, where nothing can be kept \(ENOTDIR\)$/,
    )
  })

  test('a kept key that cannot be read', () => {
    mkdirSync(join(folder, 'data', 'encryption.key'), { recursive: true })
    assert.match(problemsOf(here()).join('\n'), /encryption\.key cannot be read \(EISDIR\): it must belong to the user/)
  })

  test('a setting twice, a file for what is no secret, an empty file', () => {
    writeFileSync(join(folder, 'empty'), '\n')
    const problems = problemsOf(
      here({
        LOAM_API_KEY: 'a-key-of-a-customer',
        LOAM_API_KEY_FILE: 'empty',
        LOAM_PORT_FILE: 'empty',
        LOAM_SIGNING_SECRET_FILE: 'empty',
      }),
    ).join('\n')
    assert.match(problems, /LOAM_API_KEY and LOAM_API_KEY_FILE are both set/)
    assert.match(problems, /LOAM_PORT_FILE is no setting: only secrets can be given as a file; set LOAM_PORT/)
    assert.match(problems, /LOAM_SIGNING_SECRET_FILE names empty, which is empty/)
  })

  test('what Kubernetes sets for a service named loam is told apart', () => {
    const problems = problemsOf(here({ LOAM_PORT: 'tcp://10.0.0.7:4000', LOAM_SERVICE_HOST: '10.0.0.7' }))
    assert.equal(problems.length, 1)
    assert.match(problems[0]!, /enableServiceLinks: false/)
  })
})

test('docs/configuration.md is current', () => {
  const document = readFileSync(CONFIGURATION_FILE, 'utf8')
  assert.ok(
    document === withSettings(document),
    'docs/configuration.md is not current; run: node test/write-configuration.ts',
  )
  for (const name of settingNames) assert.ok(document.includes(`\`${name}\``), name)
})
