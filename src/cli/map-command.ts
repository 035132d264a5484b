import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { CliFailure, EXIT } from './failure.ts'

interface MapOptions {
  kinds?: boolean
  user?: string
  timezone?: string
  receivedAt?: string
  json?: boolean
}

export function addMap(program: Command, exitWith: (code: number) => void): void {
  program
    .command('map <PROVIDER> [kind] [FILE]')
    .description('Normalize one raw provider page to unified records on stdout. No database, no network.')
    .option('--kinds', "print the provider's page kinds")
    .option('--user <UUID>', 'the connection that ids are made for')
    .option('--timezone <IANA>', "the person's time zone, or an offset such as +02:00")
    .option('--received-at <ISO>', 'when the page came; for values without a time')
    .option('--json', 'the output is always JSON; accepted for symmetry')
    .addHelpText(
      'after',
      '\nFILE is - or left out for standard input.\n\nExample: loam map OURA sleep night.json --timezone Europe/Berlin',
    )
    .action(async (provider: string, kind: string | undefined, file: string | undefined, options: MapOptions) => {
      exitWith(await map(provider, kind, file, options))
    })
}

async function map(
  provider: string,
  kind: string | undefined,
  file: string | undefined,
  options: MapOptions,
): Promise<number> {
  const [{ connectorById, connectors }, { kindsOf, mapPage }, { UnreadablePage }, { wholeRecords }, { isZone }] =
    await Promise.all([
      import('../connectors/index.ts'),
      import('../connectors/map-pages.ts'),
      import('../connectors/connector.ts'),
      import('../normalize/whole-records.ts'),
      import('../model/local-day.ts'),
    ])
  const connector = connectorById(provider)
  if (connector === null) {
    throw new CliFailure(
      `${provider} is no source; there are ${connectors.map((each) => each.id).join(', ')}`,
      EXIT.invalidInput,
    )
  }
  if (options.kinds === true) {
    console.log(kindsOf(connector).join('\n'))
    return EXIT.ok
  }
  if (kind === undefined) throw new CliFailure(`say which kind of page: ${kindsOf(connector).join(', ')}`, EXIT.usage)
  if (options.timezone !== undefined && !isZone(options.timezone)) {
    throw new CliFailure(
      `--timezone ${options.timezone} is no IANA zone and no offset such as +02:00`,
      EXIT.invalidInput,
    )
  }
  const receivedAt = options.receivedAt === undefined ? Date.now() : Date.parse(options.receivedAt)
  if (Number.isNaN(receivedAt))
    throw new CliFailure(`--received-at ${options.receivedAt} is no time`, EXIT.invalidInput)
  const payload = readJson(file ?? '-')
  try {
    const page = mapPage(connector, kind, payload, { timeZone: options.timezone ?? null, receivedAt })
    const zone = options.timezone ?? connector.timeZone?.(page.kind, payload) ?? null
    const whose = { userId: options.user ?? randomUUID(), provider: connector.id, timeZone: zone }
    const { records, withoutRecord } = wholeRecords([page], whose)
    console.log(JSON.stringify(records, null, 2))
    for (const { table, code, count } of page.unknown) {
      console.error(`unknown code in ${table}: ${JSON.stringify(code)} (${count} times); mapped to "unknown"`)
    }
    if (withoutRecord > 0) {
      console.error(
        `${withoutRecord} values belong to records that this page does not hold; they join them when both are known`,
      )
    }
    return EXIT.ok
  } catch (error) {
    if (error instanceof UnreadablePage || error instanceof RangeError)
      throw new CliFailure(error.message, EXIT.invalidInput)
    throw error
  }
}

function readJson(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CliFailure(`${file} cannot be read: ${(error as Error).message}`, EXIT.invalidInput)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new CliFailure(
      `${file === '-' ? 'standard input' : file} is no JSON: ${(error as Error).message}`,
      EXIT.invalidInput,
    )
  }
}
