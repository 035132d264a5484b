import type { Command } from 'commander'
import { show } from './common.ts'
import { cell, table } from './table.ts'

const COLUMNS = [
  { name: 'name', title: 'SETTING' },
  { name: 'value', title: 'VALUE', cut: true as const },
  { name: 'from', title: 'FROM' },
]

export function addConfig(command: Command): void {
  command
    .description('The settings in force, and where each comes from. Secrets are not shown.')
    .option('--json', 'print JSON, for programs')
    .action(async (options: { json?: boolean }) => {
      const [{ describeSettings, readSettings }, { placeOf }] = await Promise.all([
        import('../config.ts'),
        import('../bodies/setting.ts'),
      ])
      const { config, origins, texts } = readSettings()
      const values: Record<string, unknown> = {
        LOAM_PORT: config.port,
        LOAM_HOST: config.host,
        LOAM_PUBLIC_URL: config.publicUrl,
        LOAM_DATABASE_URL: withoutPassword(config.databaseUrl),
        LOAM_DATABASE_READ_LAG_SECONDS: config.readLagSeconds,
        LOAM_DATA_DIR: config.dataDir,
        LOAM_ROLE: config.role,
        LOAM_DEV_ID: config.devId,
        LOAM_SANDBOX: config.sandbox ? 'on' : 'off',
        LOAM_ALLOW_PRIVATE_DESTINATIONS: privateAllowed(config.allowPrivateDestinations),
        LOAM_DESTINATION_PORTS: config.destinationPorts
          .map(([from, to]) => (from === to ? from : `${from}-${to}`))
          .join(','),
        LOAM_DESTINATION_FOLDER: config.destinationFolder,
        LOAM_STDOUT: config.stdout,
        LOAM_BODIES: placeOf(config.bodies),
        ...(config.bodies.kind === 's3'
          ? {
              AWS_ENDPOINT_URL: config.bodies.endpoint,
              AWS_REGION: config.bodies.region,
              AWS_ACCESS_KEY_ID: config.bodies.accessKeyId,
            }
          : {}),
        LOAM_BACKFILL_DAYS: config.backfillDays,
        LOAM_BODIES_RETURN: config.bodiesReturn,
        LOAM_AUDIT_DAYS: config.auditDays,
        LOAM_TRUSTED_PROXIES: config.trustedProxies,
        LOAM_STRANGERS_PER_MINUTE: config.strangersPerMinute,
        LOAM_LOG_LEVEL: config.logLevel,
      }
      const rows = describeSettings().map(({ name, secret, default: otherwise }) => {
        const from = origins[name]
        const given = secret ? '****' : withoutUser(texts[name] ?? '')
        const unknown = from === 'default' ? `(${otherwise.replaceAll('`', '')})` : given
        return { name, value: cell(values[name] ?? unknown), from }
      })
      show(options, { settings: rows }, table(rows, COLUMNS, ''))
    })
  command
    .command('docs')
    .description('The table of docs/configuration.md.')
    .option('--json', 'print JSON, for programs')
    .action(async (_options: object, command: Command) => {
      const { describeSettings, settingsTable } = await import('../config.ts')
      // --json is an option of `loam config` too, which takes it wherever it stands.
      show(command.optsWithGlobals(), describeSettings(), settingsTable())
    })
}

function withoutPassword(databaseUrl: string): string {
  return databaseUrl.replace(/^(postgres(?:ql)?:\/\/[^:/@]*):.*@/, '$1:****@').replace(/(password=)[^&]*/g, '$1****')
}

function withoutUser(text: string): string {
  return text.replace(/^(https?:\/\/)[^/]*@/, '$1****@')
}

function privateAllowed(allowed: boolean | readonly string[]): string {
  return typeof allowed === 'boolean' ? (allowed ? 'on' : 'off') : allowed.join(',')
}
