// Every setting, its default and its meaning. Read by main.ts and the command line; everyone else gets values.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { readKey } from './platform/seal.ts'

const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((value) => value === 'on')
const secret = z.string().min(8, { error: 'must have at least 8 characters' })
const port = z.coerce.number({ error: 'must be a port number' }).int().min(0).max(65_535)

interface Setting {
  name: string
  schema: z.ZodType
  default: string
  meaning: string
  /** May also be given as a file: `<NAME>_FILE`. */
  secret?: boolean
}

const SETTINGS = [
  { name: 'LOAM_PORT', schema: port, default: '4000', meaning: 'Port that the server listens on.' },
  {
    name: 'LOAM_HOST',
    schema: z.string(),
    default: '127.0.0.1',
    meaning: 'Address that the server listens on; `0.0.0.0` for every interface.',
  },
  {
    name: 'LOAM_PUBLIC_URL',
    schema: z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://loam.example.com' })
      .transform((url) => url.replace(/\/+$/, '')),
    default: '`http://localhost:<LOAM_PORT>`',
    meaning: 'How browsers and providers reach the server.',
  },
  {
    name: 'LOAM_DATABASE_URL',
    schema: z.string().regex(/^(sqlite:|postgres(ql)?:\/\/)/, { error: 'must begin with sqlite: or postgres://' }),
    default: '`sqlite:<LOAM_DATA_DIR>/loam.db`',
    meaning: 'The embedded database, or `postgres://user:password@host/name` (15 or newer).',
    secret: true,
  },
  {
    name: 'LOAM_DATA_DIR',
    schema: z.string(),
    default: './data',
    meaning: 'Folder of the embedded database, the keys and payload files.',
  },
  {
    name: 'LOAM_DEV_ID',
    schema: z.string().regex(/^[\w.-]{3,64}$/, { error: 'must be 3 to 64 letters, digits, dots, dashes' }),
    default: 'generated once, kept',
    meaning: "The first environment's dev-id.",
  },
  {
    name: 'LOAM_API_KEY',
    schema: secret,
    default: 'generated once, kept',
    meaning: "The first environment's API key.",
    secret: true,
  },
  {
    name: 'LOAM_SIGNING_SECRET',
    schema: secret,
    default: 'generated once, kept',
    meaning: "The first environment's signing secret.",
    secret: true,
  },
  {
    name: 'LOAM_ADMIN_TOKEN',
    schema: secret,
    default: 'generated once, kept',
    meaning: 'Bearer token of the admin API, and the sign-in of the dashboard.',
    secret: true,
  },
  {
    name: 'LOAM_ENCRYPTION_KEY',
    schema: z
      .string()
      .refine(everyKeyReads, {
        error: 'must be 32 bytes as base64 or 64 hex digits; several separated by commas, the newest first',
      }),
    default: 'generated into `<LOAM_DATA_DIR>/encryption.key`; required with PostgreSQL',
    meaning: 'Encrypts tokens and secrets at rest. Lose it and every connection must sign in again.',
    secret: true,
  },
  {
    name: 'LOAM_SANDBOX',
    schema: onOff,
    default: '`on` with the embedded database, else `off`',
    meaning: "Sources without credentials run against the built-in simulators of the providers' clouds.",
  },
  {
    name: 'LOAM_ALLOW_PRIVATE_DESTINATIONS',
    schema: onOff,
    default: '`on` with the embedded database, else `off`',
    meaning: 'Whether events may go to loopback and private addresses.',
  },
  {
    name: 'LOAM_BACKFILL_DAYS',
    schema: z.coerce.number({ error: 'must be a number of days' }).int().min(0).max(3650),
    default: '30',
    meaning: 'Days of history that are fetched when someone connects; 0 for none.',
  },
  {
    name: 'LOAM_LOG_LEVEL',
    schema: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'], {
      error: 'must be trace, debug, info, warn, error or silent',
    }),
    default: 'info',
    meaning: 'Least level of the JSON lines on stdout.',
  },
] as const satisfies readonly Setting[]

function everyKeyReads(text: string): boolean {
  try {
    for (const key of text.split(',')) readKey(key.trim())
    return true
  } catch {
    return false
  }
}

export interface Config {
  port: number
  host: string
  publicUrl: string
  databaseUrl: string
  dataDir: string
  devId: string | null
  apiKey: string | null
  signingSecret: string | null
  adminToken: string | null
  encryptionKey: string
  sandbox: boolean
  allowPrivateDestinations: boolean
  backfillDays: number
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
  embedded: boolean
}

/** Settings that cannot be used; names every one of them. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`These settings cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
  }
}

/** Reads the environment and a `.env` file in `folder`; the environment wins. */
export function readConfig(environment: NodeJS.ProcessEnv = process.env, folder = process.cwd()): Config {
  const file = join(folder, '.env')
  const given: NodeJS.ProcessEnv = { ...(existsSync(file) ? parseEnv(readFileSync(file, 'utf8')) : {}), ...environment }
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const setting of SETTINGS as readonly Setting[]) {
    const text = textOf(setting, given, problems)
    if (text === undefined) continue
    const parsed = setting.schema.safeParse(text)
    if (parsed.success) values[setting.name] = parsed.data
    else
      problems.push(
        `${setting.name} ${parsed.error.issues[0]!.message}${setting.secret === true ? '' : ` (got ${JSON.stringify(text)})`}`,
      )
  }
  for (const name of Object.keys(given)) {
    if (name.startsWith('LOAM_') && !isKnown(name)) problems.push(`${name} is no setting of Loam${nearest(name)}`)
  }
  const dataDir = (values.LOAM_DATA_DIR as string | undefined) ?? './data'
  const databaseUrl = (values.LOAM_DATABASE_URL as string | undefined) ?? `sqlite:${join(dataDir, 'loam.db')}`
  const embedded = databaseUrl.startsWith('sqlite:')
  if (!embedded && given.LOAM_ENCRYPTION_KEY === undefined && given.LOAM_ENCRYPTION_KEY_FILE === undefined) {
    problems.push(
      'LOAM_ENCRYPTION_KEY is required with PostgreSQL: make one with `openssl rand -base64 32` and keep it safe',
    )
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const listenPort = (values.LOAM_PORT as number | undefined) ?? 4000
  return {
    port: listenPort,
    host: (values.LOAM_HOST as string | undefined) ?? '127.0.0.1',
    publicUrl: (values.LOAM_PUBLIC_URL as string | undefined) ?? `http://localhost:${listenPort}`,
    databaseUrl,
    dataDir,
    devId: (values.LOAM_DEV_ID as string | undefined) ?? null,
    apiKey: (values.LOAM_API_KEY as string | undefined) ?? null,
    signingSecret: (values.LOAM_SIGNING_SECRET as string | undefined) ?? null,
    adminToken: (values.LOAM_ADMIN_TOKEN as string | undefined) ?? null,
    encryptionKey: (values.LOAM_ENCRYPTION_KEY as string | undefined) ?? keptKey(dataDir),
    sandbox: (values.LOAM_SANDBOX as boolean | undefined) ?? embedded,
    allowPrivateDestinations: (values.LOAM_ALLOW_PRIVATE_DESTINATIONS as boolean | undefined) ?? embedded,
    backfillDays: (values.LOAM_BACKFILL_DAYS as number | undefined) ?? 30,
    logLevel: (values.LOAM_LOG_LEVEL as Config['logLevel'] | undefined) ?? 'info',
    embedded,
  }
}

function textOf(setting: Setting, given: NodeJS.ProcessEnv, problems: string[]): string | undefined {
  const path = given[`${setting.name}_FILE`]
  if (setting.secret === true && path !== undefined) {
    try {
      return readFileSync(path, 'utf8').trim()
    } catch {
      problems.push(`${setting.name}_FILE names ${path}, which cannot be read`)
      return undefined
    }
  }
  const text = given[setting.name]
  return text === '' ? undefined : text
}

/** Used by tests and tools, not by the server. */
const ELSEWHERE = ['LOAM_TEST_', 'LOAM_BENCH_', 'LOAM_CHAOS_']

function isKnown(name: string): boolean {
  if (ELSEWHERE.some((prefix) => name.startsWith(prefix))) return true
  return (SETTINGS as readonly Setting[]).some(
    (setting) => setting.name === name || (setting.secret === true && `${setting.name}_FILE` === name),
  )
}

function nearest(name: string): string {
  const close = SETTINGS.find(
    (setting) => setting.name.startsWith(name.slice(0, 8)) || name.startsWith(setting.name.slice(0, 9)),
  )
  return close === undefined ? '' : `; did you mean ${close.name}?`
}

function keptKey(dataDir: string): string {
  const file = join(dataDir, 'encryption.key')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const key = randomBytes(32).toString('base64')
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
  return key
}

/** The table of docs/configuration.md. */
export function describeSettings(): { name: string; default: string; meaning: string }[] {
  return (SETTINGS as readonly Setting[]).map(({ name, default: value, meaning, secret: isSecret }) => ({
    name: isSecret === true ? `${name}, ${name}_FILE` : name,
    default: value,
    meaning,
  }))
}
