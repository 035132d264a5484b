import type { Command } from 'commander'
import { type CommonOptions, commaList, inPath, type Page, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface Source {
  provider: string
  enabled: boolean
  state: 'ready' | 'sandbox' | 'needs_credentials'
  callback_url: string
  hook_url: string
}

const STATES = {
  ready: 'its own credentials',
  sandbox: 'the built-in simulator',
  needs_credentials: 'nothing yet: it needs credentials',
} as const

export function addSources(command: Command): void {
  talking(command.command('list').description('Every source: on or off, and what it runs against.')).action(
    async (options: CommonOptions) => {
      const page = (await serverFor(options).get('/sources')) as Page
      const columns = [
        { name: 'provider', title: 'PROVIDER' },
        { name: 'name', title: 'NAME', cut: true as const },
        { name: 'enabled', title: 'ON' },
        { name: 'state', title: 'RUNS AGAINST', show: (state: unknown) => STATES[state as Source['state']] },
      ]
      show(options, page, table(page.data, columns, 'No sources.'))
    },
  )
  for (const [name, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    talking(
      command
        .command(name)
        .description(`Switch a source ${enabled ? 'on' : 'off'}.`)
        .argument('<PROVIDER>'),
    ).action(async (provider: string, options: CommonOptions) => {
      const source = (await serverFor(options).send('PUT', `/sources/${inPath(provider)}`, { enabled })) as Source
      const against = enabled ? `; it runs against ${STATES[source.state]}` : ''
      show(options, source, `${source.provider} is ${enabled ? 'on' : 'off'}${against}.`)
    })
  }
  talking(
    command
      .command('credentials')
      .description('Set the client id and secret of your application at the provider, and switch the source on.')
      .argument('<PROVIDER>')
      .option('--client-id <id>')
      .option('--client-secret <secret>', '- reads it from standard input, which keeps it out of the shell history')
      .option('--scopes <list>', "asked for at sign-in; default: the source's own", commaList)
      .option('--remove', 'forget them'),
  ).action(async (provider: string, options: CredentialOptions, command: Command) => {
    const change = options.remove === true ? { client_id: null, client_secret: null } : await given(options, command)
    const source = (await serverFor(options).send('PUT', `/sources/${inPath(provider)}`, change)) as Source
    const lines = [
      `${source.provider} runs against ${STATES[source.state]}.`,
      ...(options.remove === true
        ? []
        : [
            `Register at the provider:`,
            `  redirect URL   ${source.callback_url}`,
            `  notifications  ${source.hook_url}`,
          ]),
    ]
    show(options, source, lines.join('\n'))
  })
}

interface CredentialOptions extends CommonOptions {
  clientId?: string
  clientSecret?: string
  scopes?: string[]
  remove?: boolean
}

async function given(options: CredentialOptions, command: Command): Promise<object> {
  if (options.clientId === undefined || options.clientSecret === undefined) {
    command.error('error: --client-id and --client-secret are needed, or --remove')
  }
  const secret = options.clientSecret === '-' ? (await textOfStdin()).trim() : options.clientSecret
  if (secret === '') throw new CliFailure('The client secret is empty.', EXIT.invalidInput)
  return { enabled: true, client_id: options.clientId, client_secret: secret, scopes: options.scopes }
}

async function textOfStdin(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text
}
