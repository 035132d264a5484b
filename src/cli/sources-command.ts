import type { Command } from 'commander'
import { type CommonOptions, type Page, serverFor, show, talking } from './common.ts'
import { table } from './table.ts'

export function addSources(program: Command): void {
  const sources = program.command('sources').description("Look at and change an environment's sources.")
  talking(sources.command('list').description('Which sources are on, and what they run against.')).action(
    async (options: CommonOptions) => {
      const page = (await serverFor(options).get('/sources')) as Page
      show(
        options,
        page,
        table(page.data, ['provider', 'name', 'enabled', 'sandbox', 'has_credentials'], 'No sources.'),
      )
    },
  )
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    talking(sources.command(`${name} <PROVIDER>`).description(`Switch a source ${enabled ? 'on' : 'off'}.`)).action(
      async (provider: string, options: CommonOptions) => {
        const result = await serverFor(options).send('PUT', `/sources/${encodeURIComponent(provider)}`, { enabled })
        show(options, result, `${provider.toUpperCase()} is ${enabled ? 'on' : 'off'}.`)
      },
    )
  }
  talking(
    sources
      .command('credentials <PROVIDER>')
      .description('Set the client id and secret of your application at the provider.')
      .requiredOption('--client-id <id>')
      .requiredOption('--client-secret <secret>'),
  ).action(async (provider: string, options: CommonOptions & { clientId: string; clientSecret: string }) => {
    const result = await serverFor(options).send('PUT', `/sources/${encodeURIComponent(provider)}`, {
      enabled: true,
      client_id: options.clientId,
      client_secret: options.clientSecret,
    })
    show(options, result, `${provider.toUpperCase()} is on with its own credentials.`)
  })
}
