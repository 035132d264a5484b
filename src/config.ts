// What the settings come to. Read by main.ts and the command line; everyone else gets values.
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { z } from 'zod'
import { type BodiesReturn, type BodiesSetting, bodiesSetting } from './bodies/setting.ts'
import { keptKey, newKey } from './settings/encryption-key.ts'
import { isKnown, nearest } from './settings/names.ts'
import { isSecret, type PortRange, type SettingName, settingNames, Settings } from './settings/schema.ts'

export { describeSettings, settingsTable } from './settings/document.ts'
export { type SettingName, settingNames }

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
  /** Or the networks that are allowed. */
  allowPrivateDestinations: boolean | readonly string[]
  destinationPorts: readonly PortRange[]
  destinationFolder: string | null
  stdout: 'log' | 'events'
  bodies: BodiesSetting
  bodiesReturn: BodiesReturn
  backfillDays: number
  auditDays: number
  trustedProxies: number
  strangersPerMinute: number
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
  /** As they were given, secrets too. */
  texts: Partial<Record<SettingName, string>>
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
  try {
    return { ...config, encryptionKey: config.encryptionKey ?? newKey(config.dataDir) }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new ConfigError([`LOAM_DATA_DIR names ${config.dataDir}, where nothing can be kept (${code})`])
  }
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
  return { config, origins, texts }
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
    destinationPorts: given.LOAM_DESTINATION_PORTS ?? USUAL_PORTS,
    destinationFolder: given.LOAM_DESTINATION_FOLDER === undefined ? null : resolve(given.LOAM_DESTINATION_FOLDER),
    stdout: given.LOAM_STDOUT ?? 'log',
    bodies: typeof bodies === 'string' ? { kind: 'database' } : bodies,
    bodiesReturn: given.LOAM_BODIES_RETURN ?? 'off',
    backfillDays: given.LOAM_BACKFILL_DAYS ?? 30,
    auditDays: given.LOAM_AUDIT_DAYS ?? 365,
    trustedProxies: given.LOAM_TRUSTED_PROXIES ?? 0,
    strangersPerMinute: given.LOAM_STRANGERS_PER_MINUTE ?? 1000,
    traces: tracesOf(given),
    logLevel: given.LOAM_LOG_LEVEL ?? 'info',
    embedded,
  }
}

/** Not those of other services below 1024: nobody's webhook is a mail server. */
const USUAL_PORTS: readonly PortRange[] = [
  [80, 80],
  [443, 443],
  [1024, 65_535],
]

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
  // The newline that a Kubernetes secret ends with would be part of a token, which no header can then carry.
  const text = values[name]?.trim() || undefined
  const path = (isSecret(name) && values[`${name}_FILE`]?.trim()) || undefined
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
