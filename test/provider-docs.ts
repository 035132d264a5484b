// docs/providers.md as the catalogue says it should be: `node test/provider-docs.ts --write` writes it.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Connector } from '../src/connectors/connector.ts'
import { connectors } from '../src/connectors/index.ts'
import { DATA_TYPES } from '../src/model/data-type.ts'

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
  const arrives = [connector.notifications && 'notification', connector.poll && 'polling'].filter(Boolean).join(' and ')
  return `| [${connector.name}](#${connector.name.toLowerCase()}) | \`${connector.id}\` | ${cells.join(' | ')} | ${arrives} |`
}

function section(connector: Connector): string[] {
  const { auth, poll, historyDays } = connector
  const folder = `../src/connectors/${connector.id.toLowerCase()}`
  const signIn =
    auth.kind === 'password' ? "the widget's own form" : `OAuth 2.0, authorization code${auth.pkce ? ' with PKCE' : ''}`
  const scopes = auth.scopes.map((scope) => `\`${scope}\``).join(' ')
  return [
    `## ${connector.name}`,
    '',
    `${connector.tagline}. Credentials: <${connector.credentialsUrl}>; how to get them, quirks and what is left out:`,
    `[README](${folder}/README.md).`,
    '',
    `- Sign-in: ${signIn}${scopes === '' ? '' : `; asks for ${scopes}`}`,
    `- History: ${historyDays === null ? 'all that the provider has' : `${historyDays} days`}`,
    poll === null ? '- Never looks by itself' : `- Looks by itself every ${Math.round(poll.everySeconds / 60)} minutes`,
    '',
    '| page kind | scope | gives |',
    '|---|---|---|',
    ...Object.entries(connector.reads).map(
      ([kind, read]) =>
        `| \`${kind}\` | ${read.scope === undefined ? '' : `\`${read.scope}\``} | ${read.types.join(', ')} |`,
    ),
    '',
  ]
}

function typesOf(connector: Connector): Set<string> {
  return new Set(Object.values(connector.reads).flatMap((read) => read.types))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) writeFileSync(PROVIDERS_FILE, providersText())
  else process.exitCode = readFileSync(PROVIDERS_FILE, 'utf8') === providersText() ? 0 : 1
}
