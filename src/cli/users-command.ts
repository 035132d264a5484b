import { createInterface } from 'node:readline/promises'
import { type Command, Option } from 'commander'
import {
  type CommonOptions,
  inPath,
  type Page,
  paged,
  type PageOptions,
  serverFor,
  show,
  showPage,
  talking,
} from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { fields, table } from './table.ts'

interface ListOptions extends PageOptions {
  provider?: string
  referenceId?: string
  state?: string
}

const COLUMNS = [
  { name: 'user_id', title: 'USER ID' },
  { name: 'provider', title: 'PROVIDER' },
  { name: 'state', title: 'STATE' },
  { name: 'reference_id', title: 'REFERENCE ID', cut: true as const },
]

export function addUsers(command: Command): void {
  paged(
    command
      .command('list')
      .description('Newest first.')
      .option('--provider <PROVIDER>', 'only of this source')
      .option('--reference-id <id>', 'only of this person of yours')
      .addOption(new Option('--state <state>', 'only in this state').choices(['connected', 'degraded', 'revoked'])),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/users', {
      limit: options.limit,
      cursor: options.cursor,
      provider: options.provider,
      reference_id: options.referenceId,
      state: options.state,
    })) as Page
    showPage(options, page, table(page.data, COLUMNS, 'No users.'))
  })
  talking(command.command('show').description('One connection and how much is stored.').argument('<user_id>')).action(
    async (id: string, options: CommonOptions) => {
      const user = (await serverFor(options).get(`/users/${inPath(id)}`)) as Record<string, unknown>
      const records = user.records as { type: string; count: number }[]
      const stored = records.map(({ type, count }) => `${count} ${type}`).join(', ')
      show(options, user, fields([...Object.entries(user).filter(([name]) => name !== 'records'), ['records', stored]]))
    },
  )
  talking(
    command
      .command('deauth')
      .description('End the connection at the provider, delete everything held for it, send `deauth`.')
      .argument('<user_id>')
      .option('--yes', 'do not ask; scripts are never asked'),
  ).action(async (id: string, options: CommonOptions & { yes?: boolean }) => {
    const server = serverFor(options)
    if (options.yes !== true && process.stdin.isTTY) {
      const user = (await server.get(`/users/${inPath(id)}`)) as { provider: string; reference_id: string | null }
      await confirm(`Delete everything of ${user.reference_id ?? id} at ${user.provider}?`)
    }
    await server.send('DELETE', `/users/${inPath(id)}`)
    show(options, { user_id: id, removed: true }, `Disconnected ${id}. A deauth event is on its way.`)
  })
}

async function confirm(question: string): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const said = await terminal.question(`${question} [y/N] `)
  terminal.close()
  if (!/^y(es)?$/i.test(said.trim())) throw new CliFailure('Nothing was changed.', EXIT.declined)
}
