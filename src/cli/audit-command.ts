import { type Command, Option } from 'commander'
import { pipeline } from 'node:stream/promises'
import { type CommonOptions, type Page, paged, type PageOptions, serverFor, showPage, talking } from './common.ts'
import { shortTime, table } from './table.ts'

interface FilterOptions {
  action?: string
  actor?: string
  user?: string
  since?: string
  until?: string
  env?: string
}

const ENV = 'only of this environment; default: of all'

const COLUMNS = [
  { name: 'at', title: 'TIME (UTC)', show: shortTime },
  { name: 'actor', title: 'WHO', show: (actor: unknown) => (actor as { kind: string }).kind },
  { name: 'actor', title: 'FROM', show: (actor: unknown) => (actor as { address: string | null }).address ?? '-' },
  { name: 'action', title: 'WHAT' },
  { name: 'subject', title: 'OF', cut: true as const },
  { name: 'user_id', title: 'WHOSE', cut: true as const },
]

export function addAudit(command: Command): void {
  paged(filtered(command.command('list').description('Newest first.')), ENV).action(
    async (options: PageOptions & FilterOptions) => {
      const query = { ...queryOf(options), limit: options.limit, cursor: options.cursor }
      const page = (await serverFor(options).get('/audit', query)) as Page
      showPage(options, page, table(page.data, COLUMNS, 'No entries.'))
    },
  )
  talking(
    filtered(command.command('export').description('All that fits, on stdout: a JSON object on each line, or CSV.')),
    ENV,
  )
    .addOption(new Option('--format <format>', 'how it is written').choices(['ndjson', 'csv']).default('ndjson'))
    .action(async (options: CommonOptions & FilterOptions & { format: string }) => {
      const given = Object.entries({ ...queryOf(options), format: options.format })
      const query = new URLSearchParams(given.filter((pair): pair is [string, string] => pair[1] !== undefined))
      const signal = new AbortController().signal
      const response = await serverFor(options).open(`/audit/export?${query}`, { signal })
      if (response.body !== null) await pipeline(response.body, process.stdout, { end: false })
    })
}

function filtered(command: Command): Command {
  return command
    .option('--action <action>', 'one action, or a family: destination')
    .option('--actor <kind>', 'session, admin_token, api_key, person, link, nobody or loam')
    .option('--user <user_id>', 'only what was done to, or seen of, this connection')
    .option('--since <time>', 'at or after this ISO time')
    .option('--until <time>', 'before this ISO time')
}

function queryOf({ action, actor, user, since, until, env }: FilterOptions): Record<string, string | undefined> {
  return { action, actor, user_id: user, since, until, environment: env }
}
