// docs/providers.md as the catalogue says it should be: `node test/provider-docs.ts --write` writes it.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Connector, RateLimit } from '../src/connectors/connector.ts'
import { connectors } from '../src/connectors/index.ts'
import { DATA_TYPES } from '../src/model/data-type.ts'
import { goldenCases, resultOf } from './golden.ts'

export const PROVIDERS_FILE = new URL('../docs/providers.md', import.meta.url)

export function providersText(): string {
  return [
    '# Providers',
    '',
    '<!-- Written from the code by `node test/provider-docs.ts --write`; a test keeps it current. -->',
    '',
    'What Loam reads, and what becomes of it. Another provider is one folder: [add-a-provider.md](add-a-provider.md).',
    '',
    `| provider | id | ${DATA_TYPES.join(' | ')} | new data comes by |`,
    `|---|---|${DATA_TYPES.map(() => '---|').join('')}---|`,
    ...connectors.map(summaryLine),
    '',
    ...connectors.flatMap(section),
  ].join('\n')
}

function summaryLine(connector: Connector): string {
  const given = typesOf(connector)
  const cells = DATA_TYPES.map((type) => (given.has(type) ? 'yes' : ''))
  const name = `[${connector.name}](#${anchorOf(connector.name)})${connector.unofficial === true ? ' (unofficial)' : ''}`
  return `| ${name} | \`${connector.id}\` | ${cells.join(' | ')} | ${arrivalOf(connector)} |`
}

/** As GitHub makes it of a heading. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')
}

/** A kind without a fetch is brought by notifications alone. */
function arrivalOf({ notifications, poll, reads }: Connector): string {
  const pushed = notifications !== undefined && Object.values(reads).every((read) => read.fetch === undefined)
  return [notifications && (pushed ? 'notification with the data' : 'notification'), poll && 'polling']
    .filter(Boolean)
    .join(' and ')
}

function section(connector: Connector): string[] {
  const folder = `../src/connectors/${connector.id.toLowerCase()}`
  return [
    `## ${connector.name}`,
    '',
    `${connector.tagline}. Credentials: <${connector.credentialsUrl}>; how to get them, quirks and what is left out:`,
    `[README](${folder}/README.md).`,
    '',
    ...(connector.unofficial === true
      ? [
          '**Unofficial**: an interface that the provider does not offer to the public. Off until somebody switches it on.',
          '',
        ]
      : []),
    ...(connector.notice === undefined ? [] : [`> ${connector.notice}`, '']),
    ...facts(connector).map((fact) => `- ${fact}`),
    '',
    ...kindTable(connector),
    ...Object.entries(connector.variants ?? {}).flatMap(([name, variant]) => [
      `With the setting \`api\`: \`${name}\`, new connections use another API of it:`,
      '',
      ...facts(variant).map((fact) => `- ${fact}`),
      '',
      ...kindTable(variant),
    ]),
    ...coverage(connector),
  ]
}

function facts(connector: Connector): string[] {
  const { auth, poll, credentialFields = [] } = connector
  const signIn =
    auth.kind === 'password' ? "the widget's own form" : `OAuth 2.0, authorization code${auth.pkce ? ' with PKCE' : ''}`
  const scopes = auth.scopes.map((scope) => `\`${scope}\``).join(' ')
  const further = credentialFields.map(
    ({ name, label, required }) => `${label} (\`${name}\`${required ? '' : ', optional'})`,
  )
  return [
    `Sign-in: ${signIn}${scopes === '' ? '' : `; asks for ${scopes}`}`,
    ...(further.length === 0 ? [] : [`Besides client id and secret: ${further.join(', ')}`]),
    `History: ${historyOf(connector)}`,
    poll === null
      ? 'Never looks by itself: everything comes by notification'
      : `Looks by itself every ${Math.round(poll.everySeconds / 60)} minutes, ${poll.daysBack ?? 2} days back`,
    ...limitsOf(connector),
  ]
}

function historyOf({ historyDays, reads }: Connector): string {
  const all = historyDays === null ? 'all that the provider has' : `${historyDays} days`
  const less = Object.entries(reads).filter(([, read]) => read.historyDays !== undefined)
  const kinds = less.map(([kind, read]) => `\`${kind}\` ${read.historyDays} days`)
  return kinds.length === 0 ? all : `${all}; ${kinds.join(', ')}`
}

function limitsOf({ limits }: Connector): string[] {
  const said = (what: string, limit: RateLimit | readonly RateLimit[] | undefined): string[] => {
    const each = limit === undefined ? [] : Array.isArray(limit) ? limit : [limit as RateLimit]
    return each.map(({ requests, perSeconds }) => `${requests} ${what} in ${spanOf(perSeconds)}`)
  }
  const all = [
    ...said('calls for each connection', limits.connection),
    ...said('calls for the application', limits.application),
    ...Object.entries(limits.budgets ?? {}).flatMap(([name, limit]) => said(`of \`${name}\``, limit)),
  ]
  return all.length === 0 ? [] : [`Limits: ${all.join(', ')}`]
}

function spanOf(seconds: number): string {
  const units: [number, string][] = [
    [86_400, 'day'],
    [3600, 'hour'],
    [60, 'minute'],
    [1, 'second'],
  ]
  const [size, unit] = units.find(([length]) => seconds % length === 0) ?? [1, 'second']
  const n = seconds / size
  return n === 1 ? `a ${unit}`.replace('a hour', 'an hour') : `${n} ${unit}s`
}

function kindTable({ reads }: Connector): string[] {
  return [
    '| page kind | scope | gives | read |',
    '|---|---|---|---|',
    ...Object.entries(reads).map(([kind, read]) => {
      const how = [
        read.fetch === undefined
          ? 'comes by notification or with another kind'
          : (read.maxDays ?? 30) > 3650
            ? 'at once'
            : `${read.maxDays ?? 30} days at a time`,
        read.input === 'file' ? 'a file' : null,
      ].filter((each) => each !== null)
      const scope = read.scope === undefined ? '' : `\`${read.scope}\``
      return `| \`${kind}\` | ${scope} | ${read.types.join(', ')} | ${how.join(', ')} |`
    }),
    '',
  ]
}

/** What its samples fill, field by field: measured, not claimed. */
function coverage(connector: Connector): string[] {
  const filled = new Map<string, Set<string>>()
  for (const golden of goldenCases(connector)) {
    for (const { type, record } of resultOf(golden).records) {
      const paths = filled.get(type) ?? new Set<string>()
      filled.set(type, paths)
      collect(record, '', paths)
    }
  }
  const lines = DATA_TYPES.flatMap((type) => {
    const paths = [...(filled.get(type) ?? [])].filter((path) => !path.startsWith('metadata.')).sort()
    return paths.length === 0 ? [] : [`| ${type} | ${paths.length} | ${grouped(paths)} |`]
  })
  if (lines.length === 0) return []
  return [
    '<details>',
    '<summary>Fields that its samples fill</summary>',
    '',
    '| data type | fields | which |',
    '|---|---|---|',
    ...lines,
    '',
    '</details>',
    '',
  ]
}

function collect(value: unknown, path: string, into: Set<string>): void {
  if (value === null || value === undefined) return
  if (Array.isArray(value)) {
    for (const item of value) collect(item, path, into)
    return
  }
  if (typeof value !== 'object') {
    into.add(path)
    return
  }
  for (const [name, member] of Object.entries(value)) collect(member, path === '' ? name : `${path}.${name}`, into)
}

/** `distance_data: steps, distance_meters; …`, with the time of a sample left out. */
function grouped(paths: readonly string[]): string {
  const groups = Map.groupBy(
    paths.filter((path) => !/(?:^|\.)(?:timestamp|timer_duration_seconds|start_timestamp|end_timestamp)$/.test(path)),
    (path) => path.split('.')[0]!,
  )
  return [...groups]
    .map(([group, own]) => {
      const inside = own.map((path) => path.slice(group.length + 1)).filter((path) => path !== '')
      return inside.length === 0
        ? `\`${group}\``
        : `\`${group}\`: ${inside.map((path) => path.replaceAll('_', '\\_')).join(', ')}`
    })
    .join('; ')
}

function typesOf(connector: Connector): Set<string> {
  return new Set(Object.values(connector.reads).flatMap((read) => read.types))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(PROVIDERS_FILE, providersText())
  else process.exitCode = readFileSync(PROVIDERS_FILE, 'utf8') === providersText() ? 0 : 1
}
