import type { Command } from 'commander'
import { type CommonOptions, limitOption, type Page, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface ListOptions extends CommonOptions {
  limit: string
  provider?: string
  referenceId?: string
}

export function addUsers(program: Command): void {
  const users = program.command('users').description('Connections of people to sources.')
  limitOption(
    talking(
      users
        .command('list')
        .description('Newest first.')
        .option('--provider <PROVIDER>')
        .option('--reference-id <id>', 'your own id of the person'),
    ),
  ).action(async (options: ListOptions) => {
    const page = (await serverFor(options).get('/users', {
      limit: options.limit,
      provider: options.provider,
      reference_id: options.referenceId,
    })) as Page
    const columns = ['user_id', 'provider', 'reference_id', 'state', 'created_at']
    show(options, page, table(page.data, columns, 'Nobody has connected yet.'))
  })
  talking(users.command('show <user_id>').description('One connection.')).action(
    async (id: string, options: CommonOptions) => {
      const user = await serverFor(options).get(`/users/${encodeURIComponent(id)}`)
      show(options, user, JSON.stringify(user, null, 2))
    },
  )
  talking(
    users
      .command('deauth <user_id>')
      .description('End the connection, delete everything held for it, send `deauth`.')
      .option('--yes', 'do not ask'),
  ).action(async (id: string, options: CommonOptions & { yes?: boolean }) => {
    if (options.yes !== true)
      throw new CliFailure('This deletes all data of the connection. Add --yes to do it.', EXIT.declined)
    const result = await serverFor(options).send('DELETE', `/users/${encodeURIComponent(id)}`)
    show(options, result, `Removed ${id}.`)
  })
}
