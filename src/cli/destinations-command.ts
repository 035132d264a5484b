import type { Command } from 'commander'
import { type CommonOptions, type Page, serverFor, show, talking } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface AddOptions extends CommonOptions {
  type: string
  name?: string
  settings?: string
  eventTypes?: string
}

export function addDestinations(program: Command): void {
  const destinations = program.command('destinations').description('Where events go.')
  talking(destinations.command('list').description('Every destination with its state.')).action(
    async (options: CommonOptions) => {
      const page = (await serverFor(options).get('/destinations')) as Page
      const columns = ['id', 'name', 'type', 'target', 'state', 'failing_since']
      show(options, page, table(page.data, columns, 'No destinations. Add one: loam destinations add <url>'))
    },
  )
  talking(
    destinations
      .command('add [url]')
      .description('Add a destination. A webhook needs its URL only.')
      .option('--type <type>', 'kind of destination', 'webhook')
      .option('--name <name>')
      .option('--settings <json>', 'settings of other kinds, as JSON')
      .option('--event-types <list>', 'only these events, separated by commas'),
  ).action(async (url: string | undefined, options: AddOptions) => {
    const result = (await serverFor(options).send('POST', '/destinations', {
      type: options.type,
      url,
      name: options.name,
      settings: options.settings === undefined ? undefined : settingsOf(options.settings),
      event_types: options.eventTypes?.split(',').map((each) => each.trim()),
    })) as { id: string; signing_secret: string | null }
    const secret = result.signing_secret === null ? '' : `\nsigning secret  ${result.signing_secret}`
    show(options, result, `Added ${result.id}.${secret}`)
  })
  talking(destinations.command('remove <id>').description('Remove it with what waits for it.')).action(
    async (id: string, options: CommonOptions) => {
      const result = await serverFor(options).send('DELETE', `/destinations/${encodeURIComponent(id)}`)
      show(options, result, `Removed ${id}.`)
    },
  )
  talking(destinations.command('test <id>').description('Send a healthcheck now and say what came back.')).action(
    async (id: string, options: CommonOptions) => {
      const result = (await serverFor(options).send('POST', `/destinations/${encodeURIComponent(id)}/test`)) as {
        outcome: string
        message: string
        duration_ms: number
      }
      show(options, result, `${result.outcome}: ${result.message} (${result.duration_ms} ms)`)
      if (result.outcome !== 'delivered') throw new CliFailure('the destination did not take it')
    },
  )
}

function settingsOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliFailure(`--settings is no JSON: ${(error as Error).message}`, EXIT.invalidInput)
  }
}
