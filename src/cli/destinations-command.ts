import { type Command, InvalidArgumentError, Option } from 'commander'
import { type CommonOptions, commaList, inPath, type Page, serverFor, show, talking, wholeNumber } from './common.ts'
import { CliFailure, EXIT } from './failure.ts'
import { table } from './table.ts'

interface AddOptions extends CommonOptions {
  type: string
  name?: string
  settings?: string
  signingSecret?: string
  eventTypes?: string[]
  providers?: string[]
  userIds?: string[]
  referenceIds?: string[]
  concurrency?: number
  backfillConcurrency?: number
  rate?: Rate
  timeout?: number
  retryDelays?: number[]
  maxBytes?: number
  maxRecords?: number
  oversize?: 'chunk' | 'ping' | 'fail'
  expiresIn?: number
  strictOrder?: boolean
  pauseOnGone?: boolean
  disableAfter?: number
}

interface Rate {
  rate_per_second: number | null
  rate_per_minute: number | null
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
    settable(
      command
        .command('add')
        .description('Add a destination. For a webhook its URL is enough.')
        .argument('[url]')
        .option('--type <type>', 'kind of destination', 'webhook'),
    ),
  ).action(async (url: string | undefined, options: AddOptions) => {
    const body = { type: options.type, url, ...bodyOf(options) }
    const added = (await serverFor(options).send('POST', '/destinations', body)) as Destination
    const secret = added.signing_secret === null ? '' : `\nIts events are signed with  ${added.signing_secret}`
    show(options, added, `Added ${added.id}: ${added.target}${secret}\nTry it: loam destinations test ${added.id}`)
  })
  talking(
    settable(
      command
        .command('change')
        .description('Change what is given; the rest stays. Events that wait go to the changed destination.')
        .argument('<id>')
        .option('--url <url>', 'another target'),
    ),
  ).action(async (id: string, options: AddOptions & { url?: string }) => {
    const body = { url: options.url, ...bodyOf(options) }
    const changed = (await serverFor(options).send('PATCH', `/destinations/${inPath(id)}`, body)) as Destination
    show(options, changed, `Changed ${changed.id}: ${changed.target}`)
  })
  talking(
    command.command('remove').description('Remove it, with the deliveries that wait for it.').argument('<id>'),
  ).action(async (id: string, options: CommonOptions) => {
    await serverFor(options).send('DELETE', `/destinations/${inPath(id)}`)
    show(options, { id, removed: true }, `Removed ${id}.`)
  })
  talking(
    command
      .command('rotate-secret')
      .description('Make a new signing secret for it; events carry a signature by the old one too for a while.')
      .argument('<id>')
      .option('--overlap <seconds>', 'how long the old one signs; 0 ends it now', wholeNumber(0, 30 * 86_400), 86_400),
  ).action(async (id: string, options: CommonOptions & { overlap: number }) => {
    const made = (await serverFor(options).send('POST', `/destinations/${inPath(id)}/signing-secret/rotate`, {
      overlap_seconds: options.overlap,
    })) as { signing_secret: string; previous_until: string | null }
    const old =
      made.previous_until === null ? 'The old one has ended.' : `The old one signs until ${made.previous_until}.`
    show(options, made, `signing secret  ${made.signing_secret}\n${old}`)
  })
  for (const [name, description] of [
    ['pause', 'Hold back its events.'],
    ['resume', 'Let its events go again, what was held step by step.'],
  ] as const) {
    talking(command.command(name).description(description).argument('<id>')).action(
      async (id: string, options: CommonOptions) => {
        const row = (await serverFor(options).send('POST', `/destinations/${inPath(id)}/${name}`)) as { state: string }
        show(options, row, `${id} is ${row.state}.`)
      },
    )
  }
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

/** What is the same question for a new destination and for one that is there. */
function settable(command: Command): Command {
  return command
    .option('--name <name>')
    .option('--settings <json>', 'settings of the kind, as a JSON object')
    .option('--signing-secret <secret>', "signs its events; default: the environment's")
    .option('--event-types <list>', 'only these events, separated by commas', commaList)
    .option('--providers <list>', 'only these sources, separated by commas', commaList)
    .option('--user-ids <list>', 'only events of these connections, separated by commas', commaList)
    .option('--reference-ids <list>', 'only events of these people, by your own ids', commaList)
    .option('--concurrency <n>', 'requests in flight at a time', wholeNumber(1, 1000))
    .option('--backfill-concurrency <n>', 'the same for history', wholeNumber(1, 1000))
    .option('--rate <n/s|n/m>', 'events per second or minute at most, like 50/s or 30/m', rateOf)
    .option('--timeout <seconds>', 'how long one request may take', wholeNumber(1, 90))
    .option('--retry-delays <list>', "seconds between attempts, like 5,60,3600; '' for a single one", secondsList)
    .option('--max-bytes <n>', 'larger events do not go in one piece', wholeNumber(1024, 2 ** 31))
    .option('--max-records <n>', 'events with more records go in parts', wholeNumber(1, 2 ** 31))
    .addOption(new Option('--oversize <how>', 'what becomes of larger events').choices(['chunk', 'ping', 'fail']))
    .option('--expires-in <seconds>', 'how long URLs of payloads are good', wholeNumber(10, 604_800))
    .option('--strict-order', "a user's next event waits for the one before")
    .option('--no-strict-order')
    .option('--pause-on-gone', 'pause when the receiver answers 410')
    .option('--no-pause-on-gone', 'try on when the receiver answers 410')
    .option('--disable-after <hours>', 'stop after failing this long', wholeNumber(1, 8760))
}

function bodyOf(options: AddOptions): object {
  return {
    name: options.name,
    signing_secret: options.signingSecret,
    settings: options.settings === undefined ? undefined : settingsOf(options.settings),
    event_types: options.eventTypes,
    providers: options.providers,
    user_ids: options.userIds,
    reference_ids: options.referenceIds,
    delivery: deliveryOf(options),
  }
}

/** Only what was asked for: the server knows the rest. */
function deliveryOf(options: AddOptions): object {
  return {
    concurrency: options.concurrency,
    backfill_concurrency: options.backfillConcurrency,
    ...options.rate,
    timeout_seconds: options.timeout,
    retry_delays_seconds: options.retryDelays,
    max_bytes: options.maxBytes,
    max_records: options.maxRecords,
    oversize: options.oversize,
    expires_in: options.expiresIn,
    strict_order: options.strictOrder,
    pause_on_gone: options.pauseOnGone,
    disable_after_hours: options.disableAfter,
  }
}

function rateOf(text: string): Rate {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\/(s|m)$/.exec(text) ?? []
  if (number === undefined || Number(number) === 0) {
    throw new InvalidArgumentError('Must be a number per second or minute, like 50/s or 30/m.')
  }
  // The other one ends: there is one rate.
  return unit === 's'
    ? { rate_per_second: Number(number), rate_per_minute: null }
    : { rate_per_second: null, rate_per_minute: Number(number) }
}

function secondsList(text: string): number[] {
  const numbers = text.trim() === '' ? [] : text.split(',').map(Number)
  if (numbers.every((number) => number > 0)) return numbers
  throw new InvalidArgumentError('Must be seconds separated by commas, like 5,60,3600.')
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
