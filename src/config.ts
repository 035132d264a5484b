// Every setting, its default and its meaning. Read by main.ts and the command line; everyone else gets values.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { type BodiesSetting, bodiesSetting } from './bodies/setting.ts'
import { readKey } from './platform/seal.ts'

const whole = (most: number, what: string) =>
  z
    .string()
    .regex(/^\d+$/, { error: `must be ${what}` })
    .transform(Number)
    .refine((number) => number <= most, { error: `must be ${what}` })
const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((text) => text === 'on')
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` })
const credential = z.string().min(8, { error: 'must have at least 8 characters' })

/** `shown` is the default as the documentation says it; `secret` settings may also be given as a file. */
function setting<Schema extends z.ZodType>(schema: Schema, about: { meaning: string; shown: string; secret?: true }) {
  const { meaning, ...rest } = about
  return schema.optional().meta({ description: meaning, ...rest })
}

export const Settings = z.object({
  LOAM_PORT: setting(whole(65_535, 'a port, 0 to 65535 (0 takes any free one)'), {
    meaning: 'Port that the server listens on.',
    shown: '`4000`',
  }),
  LOAM_HOST: setting(z.string(), {
    meaning: 'Address that the server listens on; `0.0.0.0` for every interface.',
    shown: '`127.0.0.1`',
  }),
  LOAM_PUBLIC_URL: setting(
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://loam.example.com' })
      .refine((text) => !/[?#@]/.test(text), { error: 'must be without user name, query and fragment' })
      .transform((text) => text.replace(/\/+$/, '')),
    { meaning: 'How browsers and providers reach the server.', shown: '`http://localhost:<LOAM_PORT>`' },
  ),
  LOAM_DATABASE_URL: setting(
    z.string().regex(/^(sqlite:.|postgres(ql)?:\/\/.)/, { error: 'must begin with sqlite: or postgres://' }),
    {
      meaning: 'The embedded database as `sqlite:<file>`, or `postgres://user:password@host/name` (15 or newer).',
      shown: '`sqlite:<LOAM_DATA_DIR>/loam.db`',
      secret: true,
    },
  ),
  LOAM_DATABASE_READ_URL: setting(
    z
      .string()
      .transform((text) => text.split(',').map((url) => url.trim()))
      .refine((urls) => urls.every((url) => /^postgres(ql)?:\/\/./.test(url)), {
        error: 'must be postgres:// URLs, separated by commas',
      }),
    {
      meaning:
        'Streaming replicas of the database, separated by commas: records that the API is asked for are read there.',
      shown: 'not set',
      secret: true,
    },
  ),
  LOAM_DATABASE_READ_LAG_SECONDS: setting(whole(3600, 'a number of seconds, 0 to 3600'), {
    meaning: 'A replica that is further behind is not read from.',
    shown: '`10`',
  }),
  LOAM_DATA_DIR: setting(z.string(), {
    meaning: 'Folder of the embedded database, the keys and the payload files.',
    shown: '`./data`',
  }),
  LOAM_ROLE: setting(oneOf(['all', 'api', 'intake', 'deliver']), {
    meaning:
      'Which part this process runs: the API and pages, the reading from providers, the sending to destinations, or ' +
      'all. Parts on their own need PostgreSQL.',
    shown: '`all`',
  }),
  LOAM_DEV_ID: setting(
    z.string().regex(/^[\w.-]{3,64}$/, { error: 'must be 3 to 64 letters, digits, dots, dashes and underscores' }),
    { meaning: "The first environment's dev-id.", shown: 'generated once, kept' },
  ),
  LOAM_API_KEY: setting(credential, {
    meaning: "The first environment's API key.",
    shown: 'generated once, kept',
    secret: true,
  }),
  LOAM_SIGNING_SECRET: setting(credential, {
    meaning: "The first environment's signing secret.",
    shown: 'generated once, kept',
    secret: true,
  }),
  LOAM_ADMIN_TOKEN: setting(credential, {
    meaning: 'Bearer token of the admin API, and the sign-in of the dashboard.',
    shown: 'generated once, kept',
    secret: true,
  }),
  LOAM_ENCRYPTION_KEY: setting(
    z.string().refine(everyKeyReads, {
      error: 'must be 32 bytes as base64 or as 64 hex digits; several are separated by commas, the newest first',
    }),
    {
      meaning: 'Encrypts tokens and secrets at rest. Without it no stored connection can be used again: back it up.',
      shown: 'generated into `<LOAM_DATA_DIR>/encryption.key`; required with PostgreSQL',
      secret: true,
    },
  ),
  LOAM_SANDBOX: setting(onOff, {
    meaning: "Sources without credentials run against the built-in simulators of the providers' clouds.",
    shown: '`on` with the embedded database, else `off`',
  }),
  LOAM_ALLOW_PRIVATE_DESTINATIONS: setting(onOff, {
    meaning: 'Whether events may go to loopback and private addresses.',
    shown: '`on` with the embedded database, else `off`',
  }),
  LOAM_DESTINATION_FOLDER: setting(z.string(), {
    meaning: 'Folder below which destinations of type `file` write. Without it there are none.',
    shown: 'not set',
  }),
  LOAM_STDOUT: setting(oneOf(['log', 'events']), {
    meaning:
      'What the server prints on its standard output: its log, or the events of destinations of type `stdout`. ' +
      'The log goes to standard error then.',
    shown: '`log`',
  }),
  LOAM_BODIES: setting(z.string(), {
    meaning:
      'Where raw pages and the bodies of events are moved after ten minutes: `s3://<bucket>/<prefix>`, ' +
      '`file:///<folder>`, or `database`, where they stay. It cannot change afterwards.',
    shown: '`database`',
  }),
  AWS_ENDPOINT_URL: setting(z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }), {
    meaning: 'Of the S3 that LOAM_BODIES names, where it is not AWS.',
    shown: 'AWS, in the region',
  }),
  AWS_REGION: setting(z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'must be a region such as eu-central-1' }), {
    meaning: 'Where the bucket is that LOAM_BODIES names.',
    shown: '`us-east-1`',
  }),
  AWS_ACCESS_KEY_ID: setting(z.string(), {
    meaning: 'Key for that bucket: it may get, put, delete and list objects.',
    shown: 'not set',
  }),
  AWS_SECRET_ACCESS_KEY: setting(z.string(), {
    meaning: 'Belongs to AWS_ACCESS_KEY_ID.',
    shown: 'not set',
    secret: true,
  }),
  LOAM_BACKFILL_DAYS: setting(whole(3650, 'a number of days, 0 to 3650'), {
    meaning: 'Days of history that are fetched when someone connects; `0` for none.',
    shown: '`30`',
  }),
  LOAM_AUDIT_DAYS: setting(whole(36_500, 'a number of days, 0 to 36500'), {
    meaning: 'Days that rows of the audit log stay; `0` for ever.',
    shown: '`365`',
  }),
  LOAM_TRUSTED_PROXIES: setting(whole(10, 'how many there are, 0 to 10'), {
    meaning:
      'How many reverse proxies stand before Loam, each adding to `x-forwarded-for`: from where a request comes is taken ' +
      'from there. `0` believes no such header.',
    shown: '`0`',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: setting(
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as http://localhost:4318' })
      .transform((text) => text.replace(/\/+$/, '')),
    {
      meaning: 'Where traces go, by OTLP over HTTP: `/v1/traces` is added. Without it there are none.',
      shown: 'not set',
    },
  ),
  OTEL_EXPORTER_OTLP_HEADERS: setting(
    z
      .string()
      .regex(/^\s*[^=,\s]+\s*=[^,]*(,\s*[^=,\s]+\s*=[^,]*)*$/, { error: 'must be name=value, separated by commas' }),
    { meaning: 'Headers that the collector wants, as `name=value,name=value`.', shown: 'none', secret: true },
  ),
  OTEL_SERVICE_NAME: setting(z.string(), { meaning: 'What traces call this service.', shown: '`loam`' }),
  OTEL_TRACES_SAMPLER_ARG: setting(
    z
      .string()
      .transform(Number)
      .refine((ratio) => ratio >= 0 && ratio <= 1, { error: 'must be a number from 0 to 1' }),
    { meaning: 'The part of the traces that begin here and are kept.', shown: '`1`' },
  ),
  LOAM_LOG_LEVEL: setting(oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']), {
    meaning: 'Least level of the JSON lines on stdout.',
    shown: '`info`',
  }),
})
type Settings = z.output<typeof Settings>
export type SettingName = keyof Settings

export interface Config {
  port: number
  host: string
  publicUrl: string
  databaseUrl: string
  /** Of replicas. */
  readUrls: readonly string[]
  readLagSeconds: number
  dataDir: string
  role: 'all' | 'api' | 'intake' | 'deliver'
  devId: string | null
  apiKey: string | null
  signingSecret: string | null
  adminToken: string | null
  encryptionKey: string
  sandbox: boolean
  allowPrivateDestinations: boolean
  destinationFolder: string | null
  stdout: 'log' | 'events'
  bodies: BodiesSetting
  backfillDays: number
  auditDays: number
  trustedProxies: number
  /** Null: no traces. */
  traces: { url: string; headers: Record<string, string>; service: string; ratio: number } | null
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
  embedded: boolean
}

export type Origin = 'environment' | '.env' | 'file' | 'default'

/** What is set, before anything is generated. */
export interface Given {
  /** Null: there is none yet; a start makes one. */
  config: Omit<Config, 'encryptionKey'> & { encryptionKey: string | null }
  origins: Record<SettingName, Origin>
}

/** Settings that cannot be used; names every one of them. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`These settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/** Reads the environment and a `.env` file in `folder`; the environment wins. Makes the encryption key when it must. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, folder = process.cwd()): Config {
  const { config } = readSettings(environment, folder)
  return { ...config, encryptionKey: config.encryptionKey ?? newKey(config.dataDir) }
}

/** The same without writing anything: for commands that only look. */
export function readSettings(environment: NodeJS.ProcessEnv = process.env, folder = process.cwd()): Given {
  const file = join(folder, '.env')
  const layers = [
    { origin: 'environment' as const, values: environment },
    { origin: '.env' as const, values: existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {} },
  ]
  const problems: string[] = []
  const texts: Partial<Record<SettingName, string>> = {}
  const origins = Object.fromEntries(settingNames.map((name) => [name, 'default'])) as Record<SettingName, Origin>
  for (const name of settingNames) {
    for (const { origin, values } of layers) {
      const found = textOf(name, values, folder, problems)
      if (found === null) continue
      texts[name] = found.text
      origins[name] = found.fromFile ? 'file' : origin
      break
    }
  }
  for (const name of new Set(layers.flatMap(({ values }) => Object.keys(values)))) {
    if (name.startsWith('LOAM_') && !isKnown(name)) problems.push(`${name} is no setting${nearest(name)}`)
  }
  const parsed = Settings.safeParse(texts)
  const bad = new Set<SettingName>()
  for (const issue of parsed.error?.issues ?? []) {
    bad.add(issue.path[0] as SettingName)
    problems.push(problemWith(issue, texts))
  }
  // What is fine is looked at together even so: nobody should meet one error after the other.
  const fine = Object.fromEntries(Object.entries(texts).filter(([name]) => !bad.has(name as SettingName)))
  const config = configOf(parsed.data ?? Settings.parse(fine), problems, bad)
  if (problems.length > 0) throw new ConfigError(problems)
  return { config, origins }
}

export const settingNames = Object.keys(Settings.shape) as SettingName[]

export function isSecret(name: SettingName): boolean {
  return Settings.shape[name].meta()?.secret === true
}

function configOf(given: Settings, problems: string[], bad: ReadonlySet<SettingName>): Given['config'] {
  const port = given.LOAM_PORT ?? 4000
  const dataDir = given.LOAM_DATA_DIR ?? './data'
  const databaseUrl = given.LOAM_DATABASE_URL ?? `sqlite:${join(dataDir, 'loam.db')}`
  const embedded = databaseUrl.startsWith('sqlite:')
  const role = given.LOAM_ROLE ?? 'all'
  if (embedded && role !== 'all' && !bad.has('LOAM_DATABASE_URL')) {
    problems.push(`LOAM_ROLE ${role} needs PostgreSQL (set LOAM_DATABASE_URL): one SQLite file serves one process`)
  }
  if (embedded && given.LOAM_DATABASE_READ_URL !== undefined && !bad.has('LOAM_DATABASE_URL')) {
    problems.push('LOAM_DATABASE_READ_URL needs PostgreSQL (set LOAM_DATABASE_URL): SQLite has no replicas')
  }
  const bodies = bodiesSetting(given.LOAM_BODIES ?? 'database', {
    endpoint: given.AWS_ENDPOINT_URL,
    region: given.AWS_REGION,
    accessKeyId: given.AWS_ACCESS_KEY_ID,
    secretAccessKey: given.AWS_SECRET_ACCESS_KEY,
  })
  if (typeof bodies === 'string') problems.push(`LOAM_BODIES ${bodies} (got ${JSON.stringify(given.LOAM_BODIES)})`)
  return {
    port,
    host: given.LOAM_HOST ?? '127.0.0.1',
    publicUrl: given.LOAM_PUBLIC_URL ?? `http://localhost:${port}`,
    databaseUrl,
    readUrls: given.LOAM_DATABASE_READ_URL ?? [],
    readLagSeconds: given.LOAM_DATABASE_READ_LAG_SECONDS ?? 10,
    dataDir,
    role,
    devId: given.LOAM_DEV_ID ?? null,
    apiKey: given.LOAM_API_KEY ?? null,
    signingSecret: given.LOAM_SIGNING_SECRET ?? null,
    adminToken: given.LOAM_ADMIN_TOKEN ?? null,
    encryptionKey:
      given.LOAM_ENCRYPTION_KEY ??
      (bad.has('LOAM_ENCRYPTION_KEY') || bad.has('LOAM_DATABASE_URL') ? null : keptKey(dataDir, databaseUrl, problems)),
    sandbox: given.LOAM_SANDBOX ?? embedded,
    allowPrivateDestinations: given.LOAM_ALLOW_PRIVATE_DESTINATIONS ?? embedded,
    destinationFolder: given.LOAM_DESTINATION_FOLDER === undefined ? null : resolve(given.LOAM_DESTINATION_FOLDER),
    stdout: given.LOAM_STDOUT ?? 'log',
    bodies: typeof bodies === 'string' ? { kind: 'database' } : bodies,
    backfillDays: given.LOAM_BACKFILL_DAYS ?? 30,
    auditDays: given.LOAM_AUDIT_DAYS ?? 365,
    trustedProxies: given.LOAM_TRUSTED_PROXIES ?? 0,
    traces: tracesOf(given),
    logLevel: given.LOAM_LOG_LEVEL ?? 'info',
    embedded,
  }
}

function tracesOf(given: Settings): Config['traces'] {
  if (given.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return null
  const headers = (given.OTEL_EXPORTER_OTLP_HEADERS ?? '').split(',').flatMap((pair) => {
    const [name, ...value] = pair.split('=')
    return value.length === 0 ? [] : [[name!.trim(), decodeURIComponent(value.join('=').trim())] as const]
  })
  return {
    url: `${given.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`,
    headers: Object.fromEntries(headers),
    service: given.OTEL_SERVICE_NAME ?? 'loam',
    ratio: given.OTEL_TRACES_SAMPLER_ARG ?? 1,
  }
}

function textOf(
  name: SettingName,
  values: NodeJS.Dict<string>,
  folder: string,
  problems: string[],
): { text: string; fromFile: boolean } | null {
  const text = values[name] === '' ? undefined : values[name]
  const path = isSecret(name) && values[`${name}_FILE`] !== '' ? values[`${name}_FILE`] : undefined
  if (path === undefined) return text === undefined ? null : { text, fromFile: false }
  if (text !== undefined) problems.push(`${name} and ${name}_FILE are both set: keep one`)
  try {
    const content = readFileSync(resolve(folder, path), 'utf8').trim()
    if (content !== '') return { text: content, fromFile: true }
    problems.push(`${name}_FILE names ${path}, which is empty`)
  } catch (error) {
    problems.push(`${name}_FILE names ${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  return null
}

function problemWith(issue: z.core.$ZodIssue, texts: Partial<Record<SettingName, string>>): string {
  const name = issue.path[0] as SettingName
  const text = texts[name] ?? ''
  if (name === 'LOAM_PORT' && text.startsWith('tcp:')) {
    return `${name} comes from a Kubernetes service of that name (${text}): set enableServiceLinks: false on the pod`
  }
  return `${name} ${issue.message}${isSecret(name) ? '' : ` (got ${JSON.stringify(text)})`}`
}

/** Used by tests and tools, and what Kubernetes sets for a service named loam. */
const OTHERS = /^LOAM_(TEST_|BENCH_|CHAOS_|SERVICE_|PORT_\d)/

function isKnown(name: string): boolean {
  const own = settingNames.find((each) => each === name || `${each}_FILE` === name)
  return OTHERS.test(name) || (own !== undefined && (own === name || isSecret(own)))
}

function nearest(name: string): string {
  const file = settingNames.find((each) => `${each}_FILE` === name)
  if (file !== undefined) return `: only secrets can be given as a file; set ${file}`
  const ranked = settingNames.map((each) => ({ each, steps: distance(name, each) })).sort((a, b) => a.steps - b.steps)
  const best = ranked[0]!
  return best.steps <= 4 ? `: did you mean ${best.each}?` : ': see docs/configuration.md for those there are'
}

/** How many letters must be added, dropped or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
    }
    row = next
  }
  return row[b.length]!
}

function everyKeyReads(text: string): boolean {
  try {
    for (const key of text.split(',')) readKey(key.trim())
    return true
  } catch {
    return false
  }
}

const keyFile = (dataDir: string): string => join(dataDir, 'encryption.key')

/** Null when a start may make one. A database whose key is gone must not get a new one: it would open nothing. */
function keptKey(dataDir: string, databaseUrl: string, problems: string[]): string | null {
  const file = keyFile(dataDir)
  if (!databaseUrl.startsWith('sqlite:')) {
    problems.push(
      'LOAM_ENCRYPTION_KEY is required with PostgreSQL: make one with `openssl rand -base64 32` and keep it safe',
    )
    return null
  }
  if (existsSync(file)) {
    const text = readFileSync(file, 'utf8').trim()
    if (everyKeyReads(text)) return text
    problems.push(`${file} holds no key: restore it from a backup`)
    return null
  }
  const database = resolve(databaseUrl.slice('sqlite:'.length).replace(/^\/\//, ''))
  if (existsSync(database)) {
    problems.push(
      `${file} is missing, and ${database} was written with it: restore it, or set LOAM_ENCRYPTION_KEY to that key`,
    )
  }
  return null
}

function newKey(dataDir: string): string {
  const file = keyFile(dataDir)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    // Someone else made it in this very moment: theirs counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readFileSync(file, 'utf8').trim()
}

/** What the documentation says of each setting. */
export function describeSettings(): { name: SettingName; secret: boolean; default: string; meaning: string }[] {
  return settingNames.map((name) => {
    const { description = '', shown } = Settings.shape[name].meta() as { description?: string; shown: string }
    return { name, secret: isSecret(name), default: shown, meaning: description }
  })
}

/** The table of docs/configuration.md. */
export function settingsTable(): string {
  const rows = describeSettings().map(
    ({ name, secret, default: shown, meaning }) =>
      `| \`${name}\`${secret ? `, \`${name}_FILE\`` : ''} | ${shown} | ${meaning} |`,
  )
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
}
