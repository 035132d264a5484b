import type { Command } from 'commander'
import { type CommonOptions, commaList, inPath, type Page, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface AddOptions extends CommonOptions {
  type: string
  name?: string
  settings?: string
  signingSecret?: string
  eventTypes?: string[]
  providers?: string[]
}

interface Destination {
  id: string
  target: string
  signing_secret: string | null
}

interface Tested {
  outcome: string
  message: string
  duration_ms: number
}

const COLUMNS = [
  { name: 'id', title: 'ID' },
  { name: 'type', title: 'TYPE' },
  { name: 'state', title: 'STATE', show: stateOf },
  { name: 'target', title: 'TARGET', cut: true as const },
]

export function addDestinations(command: Command): void {
  talking(command.command('list').description('Every destination with its state.')).action(
    async (options: CommonOptions) => {
      const page = (await serverFor(options).get('/destinations')) as Page
      show(options, page, table(page.data, COLUMNS, 'No destinations. Add one: loam destinations add <url>'))
    },
  )
  talking(
    command
      .command('add')
      .description('Add a destination. For a webhook its URL is enough.')
      .argument('[url]')
      .option('--type <type>', 'kind of destination', 'webhook')
      .option('--name <name>')
      .option('--settings <json>', 'settings of the kind, as a JSON object')
      .option('--signing-secret <secret>', "signs its events; default: the environment's")
      .option('--event-types <list>', 'only these events, separated by commas', commaList)
      .option('--providers <list>', 'only these sources, separated by commas', commaList),
  ).action(async (url: string | undefined, options: AddOptions) => {
    const added = (await serverFor(options).send('POST', '/destinations', {
      type: options.type,
      url,
      name: options.name,
      signing_secret: options.signingSecret,
      settings: options.settings === undefined ? undefined : settingsOf(options.settings),
      event_types: options.eventTypes,
      providers: options.providers,
    })) as Destination
    const secret = added.signing_secret === null ? '' : `\nIts events are signed with  ${added.signing_secret}`
    show(options, added, `Added ${added.id}: ${added.target}${secret}\nTry it: loam destinations test ${added.id}`)
  })
  talking(
    command.command('remove').description('Remove it, with the deliveries that wait for it.').argument('<id>'),
  ).action(async (id: string, options: CommonOptions) => {
    await serverFor(options).send('DELETE', `/destinations/${inPath(id)}`)
    show(options, { id, removed: true }, `Removed ${id}.`)
  })
  talking(
    command.command('test').description('Send a healthcheck event now and say what came back.').argument('<id>'),
  ).action(async (id: string, options: CommonOptions) => {
    const result = (await serverFor(options).send('POST', `/destinations/${inPath(id)}/test`)) as Tested
    show(options, result, `${result.outcome}: ${result.message} (${Math.round(result.duration_ms)} ms)`)
    if (result.outcome !== 'delivered') {
      throw new CliFailure('The destination did not take it; its log says why, or loam deliveries list.')
    }
  })
}

function stateOf(state: unknown, row: Record<string, unknown>): string {
  return state === 'active' && row.failing_since !== null ? 'failing' : String(state)
}

function settingsOf(text: string): object {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch (error) {
    throw new CliFailure(`--settings is no JSON: ${(error as Error).message}`, EXIT.invalidInput)
  }
  throw new CliFailure('--settings must be a JSON object.', EXIT.invalidInput)
}
