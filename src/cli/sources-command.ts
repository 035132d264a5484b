import { type Command, InvalidArgumentError } from 'commander'
import { type CommonOptions, commaList, inPath, type Page, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface Source {
  provider: string
  enabled: boolean
  state: keyof typeof STATES
  callback_url: string | null
  hook_url: string | null
}

const STATES = {
  ready: 'its own credentials',
  sandbox: 'the built-in simulator',
  needs_credentials: 'nothing yet: it needs credentials',
  not_available: 'nothing: not available in this version',
} as const

export function addSources(command: Command): void {
  talking(
    command
      .command('list')
      .description('Every source: on or off, and what it runs against.')
      .option('--all', 'also those that are known by name and not available'),
  ).action(async (options: CommonOptions & { all?: boolean }) => {
    const page = (await serverFor(options).get('/sources')) as Page
    if (options.all !== true) page.data = page.data.filter((source) => source.state !== 'not_available')
    const columns = [
      { name: 'provider', title: 'PROVIDER' },
      { name: 'name', title: 'NAME', cut: true as const },
      { name: 'enabled', title: 'ON' },
      { name: 'state', title: 'RUNS AGAINST', show: (state: unknown) => STATES[state as Source['state']] },
    ]
    show(options, page, table(page.data, columns, 'No sources.'))
  })
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
      .option(
        '--set <name=value>',
        'a further credential of this source; may be repeated; - as value reads it from standard input',
        pairs,
        {},
      )
      .option('--api <name>', "the source's API for new connections; `own` for its usual one")
      .option('--host <name=origin>', 'where one of its hosts is called; may be repeated', pairs, {})
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
            ...(source.callback_url === null ? [] : [`  redirect URL   ${source.callback_url}`]),
            ...(source.hook_url === null ? [] : [`  notifications  ${source.hook_url}`]),
          ]),
    ]
    show(options, source, lines.join('\n'))
  })
}

interface CredentialOptions extends CommonOptions {
  clientId?: string
  clientSecret?: string
  scopes?: string[]
  set: Record<string, string>
  api?: string
  host: Record<string, string>
  remove?: boolean
}

function pairs(text: string, before: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=')
  if (at <= 0) throw new InvalidArgumentError('Must be name=value.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

async function given(options: CredentialOptions, command: Command): Promise<object> {
  const { clientId, clientSecret, set, api, host } = options
  const others = Object.keys(set).length > 0 || Object.keys(host).length > 0 || api !== undefined
  if ((clientId === undefined) !== (clientSecret === undefined) || (clientId === undefined && !others)) {
    command.error('error: --client-id and --client-secret are needed, or --remove')
  }
  const secret = clientSecret === '-' ? await secretOfStdin() : clientSecret
  if (secret === '') throw new CliFailure('The client secret is empty.', EXIT.invalidInput)
  for (const [name, value] of Object.entries(set)) if (value === '-') set[name] = await secretOfStdin()
  return {
    ...(clientId === undefined ? {} : { enabled: true, client_id: clientId, client_secret: secret }),
    scopes: options.scopes,
    credentials: set,
    hosts: host,
    ...(api === undefined ? {} : { api: api === 'own' ? null : api }),
  }
}

async function secretOfStdin(): Promise<string> {
  return (await textOfStdin()).trim()
}

async function textOfStdin(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) text += chunk
  return text
}
