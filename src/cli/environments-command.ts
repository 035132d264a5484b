import { type Command, Option } from 'commander'
import { type CommonOptions, type Page, serverFor, show, talking } from './common.ts'
import { fields, shortTime, table } from './table.ts'

interface Created {
  dev_id: string
  api_key: string
  signing_secret: string
}

const COLUMNS = [
  { name: 'dev_id', title: 'DEV-ID' },
  { name: 'name', title: 'NAME', cut: true as const },
  { name: 'kind', title: 'KIND' },
  { name: 'created_at', title: 'CREATED (UTC)', show: shortTime },
]

export function addEnvironments(command: Command): void {
  talking(command.command('list').description('Oldest first; commands without --env act on the first.')).action(
    async (options: CommonOptions) => {
      const page = (await serverFor(options).get('/environments')) as Page
      show(options, page, table(page.data, COLUMNS, 'No environments.'))
    },
  )
  talking(
    command
      .command('create')
      .description('Make one, with credentials of its own.')
      .argument('<name>')
      .addOption(
        new Option('--kind <kind>', 'what it is for').choices(['testing', 'staging', 'production']).default('testing'),
      ),
  ).action(async (name: string, options: CommonOptions & { kind: string }) => {
    const made = (await serverFor(options).send('POST', '/environments', { name, kind: options.kind })) as Created
    const lines = fields([
      ['dev-id', made.dev_id],
      ['x-api-key', made.api_key],
      ['signing secret', made.signing_secret],
    ])
    show(options, made, lines)
  })
}
