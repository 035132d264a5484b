// Every setting, its default and its meaning.
import { z } from 'zod'
import { BODIES_RETURN } from '../bodies/setting.ts'
import { isNetwork } from '../platform/private-addresses.ts'
import { everyKeyReads } from './encryption-key.ts'

const whole = (most: number, what: string) =>
  z
    .string()
    .regex(/^\d+$/, { error: `must be ${what}` })
    .transform(Number)
    .refine((number) => number <= most, { error: `must be ${what}` })
const onOff = z.enum(['on', 'off'], { error: 'must be on or off' }).transform((text) => text === 'on')
const oneOf = <const Names extends readonly string[]>(names: Names) =>
  z.enum(names, { error: `must be ${names.slice(0, -1).join(', ')} or ${names.at(-1)}` })
const listOf = (text: string): string[] => text.split(',').map((part) => part.trim())

export type PortRange = readonly [from: number, to: number]

function portRange(text: string): PortRange | null {
  const [, from, to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? []
  if (from === undefined || Number(from) < 1 || Number(to) > 65_535 || Number(from) > Number(to)) return null
  return [Number(from), Number(to)]
}

/** The host may be absent, where the query names a socket. */
function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\/./.test(text) && (URL.canParse(text) || URL.canParse(text.replace('@/', '@socket/')))
}

const UNREADABLE_URL =
  'cannot be read as a URL: check its port; /, ?, #, @ and % in its password are written %2F, %3F, %23, %40, %25'

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function isOnlyHost(text: string): boolean {
  return !URL.canParse(text) || new URL(text).href === `${new URL(text).origin}/`
}

/** `docker run --env-file` takes quotes for a part of the value, and nobody who sends the one without them would be let in. */
const unquoted = z
  .string()
  .regex(/^(?!(["']).*\1$)/s, { error: 'stands in quotes, which count as a part of it: leave them out' })
const credential = unquoted.min(8, { error: 'must have at least 8 characters' })

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
    meaning: 'Address that the server listens on; `0.0.0.0` for every interface, `::` where it has IPv6 too.',
    shown: '`127.0.0.1`',
  }),
  LOAM_PUBLIC_URL: setting(
    z
      .url({ protocol: /^https?$/, error: 'must be an http or https URL, such as https://loam.example.com' })
      .refine((text) => !/[?#@]/.test(text), { error: 'must be without user name, query and fragment' })
      .refine((text) => !URL.canParse(text) || /^\/*$/.test(new URL(text).pathname), {
        error:
          'must end with the host: Loam needs a name of its own, such as https://loam.example.com, and no path of another',
      })
      .transform((text) => text.replace(/\/+$/, '')),
    { meaning: 'How browsers and providers reach the server.', shown: '`http://localhost:<LOAM_PORT>`' },
  ),
  LOAM_DATABASE_URL: setting(
    z
      .string()
      .regex(/^(sqlite:.|postgres(ql)?:\/\/.)/, {
        error: 'must be sqlite:<file> or postgres://user:password@host/name',
        abort: true,
      })
      .refine((text) => text.startsWith('sqlite:') || isPostgresUrl(text), { error: UNREADABLE_URL }),
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
        abort: true,
      })
      .refine((urls) => urls.every(isPostgresUrl), { error: UNREADABLE_URL }),
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
  LOAM_DATA_DIR: setting(unquoted, {
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
  LOAM_ALLOW_PRIVATE_DESTINATIONS: setting(
    z
      .string()
      .transform((text) => (text === 'on' || text === 'off' ? text === 'on' : listOf(text)))
      .refine((allowed) => typeof allowed === 'boolean' || allowed.every(isNetwork), {
        error: 'must be on, off, or networks such as 10.0.0.0/8,fd00::/8',
      }),
    {
      meaning:
        'Whether events may go to loopback and private addresses: `on`, `off`, or only to those of some networks, as ' +
        '`10.1.0.0/16,fd00::/8`.',
      shown: '`on` with the embedded database, else `off`',
    },
  ),
  LOAM_DESTINATION_PORTS: setting(
    z
      .string()
      .transform(listOf)
      .refine((ranges) => ranges.every((range) => portRange(range) !== null), {
        error: 'must be ports and ranges of them, such as 80,443,1024-65535',
      })
      .transform((ranges) => ranges.map((range) => portRange(range)!)),
    {
      meaning: 'Ports of the URLs that events may go to. It holds for HTTP: webhooks, buckets.',
      shown: '`80,443,1024-65535`',
    },
  ),
  LOAM_DESTINATION_FOLDER: setting(unquoted, {
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
      '`file:///<folder>`, or `database`, where they stay. It cannot change while anything lies there.',
    shown: '`database`',
  }),
  LOAM_BODIES_RETURN: setting(oneOf(BODIES_RETURN), {
    meaning:
      '`on` brings bodies back from where LOAM_BODIES says, so that it can be `database` again; `without-missing` gives up those ' +
      'that are not there. Set it on every server.',
    shown: '`off`',
  }),
  AWS_ENDPOINT_URL: setting(
    z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }).refine(isOnlyHost, {
      error: 'must be a host alone, such as https://storage.example.com, without user, path or query',
    }),
    { meaning: 'Of the S3 that LOAM_BODIES names, where it is not AWS.', shown: 'AWS, in the region' },
  ),
  AWS_REGION: setting(z.string().regex(/^[a-z0-9-]{1,40}$/, { error: 'must be a region such as eu-central-1' }), {
    meaning: 'Where the bucket is that LOAM_BODIES names.',
    shown: '`us-east-1`',
  }),
  AWS_ACCESS_KEY_ID: setting(unquoted, {
    meaning: 'Key for that bucket: it may get, put, delete and list objects.',
    shown: 'not set',
  }),
  AWS_SECRET_ACCESS_KEY: setting(unquoted, {
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
  LOAM_STRANGERS_PER_MINUTE: setting(whole(1_000_000, 'a number of requests, 0 to 1000000'), {
    meaning:
      'Requests without a valid API key or with an unknown dev-id, and tries to sign in, that an address (of IPv6: its /64) may make in a minute; ' +
      'more are answered 429. `0`: no limit.',
    shown: '`1000`',
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
      .regex(/^\s*[^=,\s]+\s*=[^,]*(,\s*[^=,\s]+\s*=[^,]*)*$/, { error: 'must be name=value, separated by commas' })
      .refine(isDecodable, { error: 'has a % that is none of the %XX of a URL: write %25' }),
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
export type Settings = z.output<typeof Settings>
export type SettingName = keyof Settings

export const settingNames = Object.keys(Settings.shape) as SettingName[]

export function isSecret(name: SettingName): boolean {
  return Settings.shape[name].meta()?.secret === true
}
