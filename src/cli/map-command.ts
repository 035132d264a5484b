import { readFileSync } from 'node:fs'
import { type Command, InvalidArgumentError } from 'commander'
import type { Connector } from '../connectors/connector.ts'
import { instantOf } from '../model/timestamps.ts'
import { parseJson } from '../platform/json.ts'
import { CliFailure, EXIT } from './failure.ts'

interface MapOptions {
  kinds?: boolean
  user: string
  timezone?: string
  receivedAt?: number
  request?: Record<string, string>
  strict?: boolean
  json?: boolean
}

/** Ids are made for a user; without one they are the same each time, and nobody's. */
const NOBODY = '00000000-0000-0000-0000-000000000000'

export function addMap(command: Command, exitWith: (code: number) => void): void {
  command
    .argument('<PROVIDER>')
    .argument('[kind]', "the provider's own name of the page")
    .argument('[FILE]', 'the page: JSON, or the file itself where the kind is one; - or nothing for standard input')
    .option('--kinds', "print the provider's kinds of page")
    .option('--user <UUID>', 'the connection that ids are made for', NOBODY)
    .option('--timezone <IANA>', "the person's time zone, or an offset such as +02:00; default: what the page shows")
    .option('--received-at <ISO>', 'when the page came, for values without a time; default: now', instant)
    .option('--request <NAME=VALUE...>', 'what had been asked, where the page does not say it: activity_id=17', asked)
    .option('--strict', 'fail on codes that no table knows and on documents that cannot be read')
    .option('--json', 'with --kinds: as JSON; records always are')
    .addHelpText('after', '\nExample: loam map OURA sleep night.json --timezone Europe/Berlin')
    .action(async (provider: string, kind: string | undefined, file: string | undefined, options: MapOptions) => {
      const connector = await connectorNamed(provider)
      const { kindsOf } = await import('../connectors/map-pages.ts')
      if (options.kinds === true) {
        const kinds = kindsOf(connector)
        console.log(options.json === true ? JSON.stringify(kinds, null, 2) : kinds.join('\n'))
        return
      }
      if (kind === undefined) {
        command.error(`error: which kind of page? ${connector.id} has ${kindsOf(connector).join(', ')}`)
      }
      exitWith(await map(connector, kind, file ?? '-', options))
    })
}

async function connectorNamed(provider: string): Promise<Connector> {
  const { connectorById, connectors } = await import('../connectors/index.ts')
  const connector = connectorById(provider)
  if (connector !== null) return connector
  const known = connectors.map(({ id }) => id).join(', ')
  throw new CliFailure(`There is no source ${provider}; there are ${known}.`, EXIT.invalidInput)
}

async function map(connector: Connector, kind: string, file: string, options: MapOptions): Promise<number> {
  const [{ mapPage, readerOf }, { UnreadablePage }, { wholeRecords }, { isZone }] = await Promise.all([
    import('../connectors/map-pages.ts'),
    import('../connectors/connector.ts'),
    import('../normalize/whole-records.ts'),
    import('../model/local-day.ts'),
  ])
  const { timezone = null, receivedAt = Date.now(), request = {}, user } = options
  if (timezone !== null && !isZone(timezone)) {
    throw new CliFailure(`--timezone ${timezone} is no IANA zone and no offset such as +02:00.`, EXIT.invalidInput)
  }
  const input = readerOf(connector, kind)?.read.input
  const payload = input === 'file' ? readBytes(file) : readJson(file)
  try {
    const page = mapPage(connector, kind, payload, { timeZone: timezone, receivedAt, request })
    const about = { userId: user, provider: connector.id, timeZone: page.timeZone }
    const { records, withoutRecord, unfit } = wholeRecords([page], about)
    console.log(JSON.stringify(records, null, 2))
    for (const { table, code, count } of page.unknown) {
      console.error(
        `unknown code in ${table}: ${JSON.stringify(code)}, ${times(count)}; mapped to the wire's "unknown"`,
      )
    }
    for (const { place, problem } of page.unreadable) console.error(`left out, cannot be read: ${place}: ${problem}`)
    for (const place of unfit) console.error(`left out, no value that its field can hold: ${place}`)
    if (withoutRecord > 0) {
      const parts = withoutRecord === 1 ? '1 part belongs' : `${withoutRecord} parts belong`
      console.error(`${parts} to records that this page does not hold; a server joins them`)
    }
    return options.strict === true && page.unknown.length + page.unreadable.length + unfit.length > 0
      ? EXIT.failed
      : EXIT.ok
  } catch (error) {
    if (error instanceof UnreadablePage || error instanceof RangeError) {
      throw new CliFailure(error.message, EXIT.invalidInput)
    }
    throw error
  }
}

function instant(text: string): number {
  const at = instantOf(text)
  if (at === null) throw new InvalidArgumentError('Must be an ISO 8601 time, such as 2026-01-31T08:00:00Z.')
  return at
}

function asked(text: string, before: Record<string, string> = {}): Record<string, string> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Must be NAME=VALUE, such as activity_id=17.')
  return { ...before, [text.slice(0, equals)]: text.slice(equals + 1) }
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}

function readJson(file: string): unknown {
  const text = readBytes(file).toString('utf8')
  try {
    return parseJson(text)
  } catch (error) {
    const where = (error as Error).message.replaceAll(/\s+/g, ' ')
    throw new CliFailure(`${nameOf(file)} is no JSON: ${where}`, EXIT.invalidInput)
  }
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file === '-' ? 0 : file)
  } catch (error) {
    throw new CliFailure(`${nameOf(file)} cannot be read: ${(error as Error).message}`, EXIT.invalidInput)
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file
}
