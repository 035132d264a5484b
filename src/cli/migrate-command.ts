import type { Command } from 'commander'
import {
  calendarDay,
  commaList,
  type CommonOptions,
  inPath,
  type Page,
  paged,
  type PageOptions,
  serverFor,
  show,
  showPage,
  talking,
  wholeNumber,
} from './common.ts'
import { EXIT } from './failure.ts'
import { table } from './table.ts'

interface LinkOptions extends CommonOptions {
  users?: string[]
  days: number
  successUrl?: string
  failureUrl?: string
}

interface CompareOptions extends CommonOptions {
  start?: string
  end?: string
}

const COLUMNS = [
  { name: 'user_id', title: 'OLD USER ID' },
  { name: 'reference_id', title: 'REFERENCE ID', cut: true as const },
  { name: 'state', title: 'STATE' },
  { name: 'moved_to', title: 'MOVED TO', show: (to: unknown) => (to as { user_id: string } | null)?.user_id ?? '' },
]

/** One word for each source that has something to move from. */
export function addMigrate(command: Command, exitWith: (code: number) => void): void {
  const fitbit = command.command('fitbit').description('From the Fitbit Web API to the Google Health API.')
  addSteps(fitbit, '/moves/fitbit', exitWith)
}

function addSteps(command: Command, path: string, exitWith: (code: number) => void): void {
  talking(
    command
      .command('check')
      .description('How far the move is, and what stands in its way. Fails while there are warnings.'),
  ).action(async (options: CommonOptions) => {
    const check = (await serverFor(options).get(path)) as Check
    show(options, check, checkText(check))
    if (check.warnings.length > 0) exitWith(EXIT.failed)
  })

  paged(command.command('list').description('Connections of the old API, and who has consented again.')).action(
    async (options: PageOptions) => {
      const page = (await serverFor(options).get(`${path}/users`, {
        limit: options.limit,
        cursor: options.cursor,
      })) as Page
      showPage(options, page, table(page.data, COLUMNS, 'No connections of the old API.'))
    },
  )

  talking(
    command
      .command('links')
      .description('Links by which people consent again, one for each. Without --users for all who have not yet.')
      .option('--users <ids>', 'only of these old user ids, separated by commas', commaList)
      .option('--days <n>', 'how long they are good, 1 to 90', wholeNumber(1, 90), 30)
      .option('--success-url <url>', "the app's own page after a success")
      .option('--failure-url <url>', "the app's own page after a failure"),
  ).action(async (options: LinkOptions) => {
    const made = (await serverFor(options).send('POST', `${path}/links`, {
      user_ids: options.users ?? null,
      days: options.days,
      success_url: options.successUrl ?? null,
      failure_url: options.failureUrl ?? null,
    })) as { data: { user_id: string; reference_id: string | null; url: string }[] }
    const lines = made.data.map(({ user_id: id, reference_id: reference, url }) => `${reference ?? id}\n  ${url}`)
    show(options, made, lines.length === 0 ? 'Everybody has consented again.' : lines.join('\n'))
  })

  talking(
    command
      .command('compare')
      .description('What both connections of one person have of the same days.')
      .argument('<user_id>', 'the old connection')
      .option('--start <day>', 'first local day; default: a week', calendarDay)
      .option('--end <day>', 'last local day; default: today', calendarDay),
  ).action(async (id: string, options: CompareOptions) => {
    const compared = (await serverFor(options).get(`${path}/users/${inPath(id)}/comparison`, {
      start_date: options.start,
      end_date: options.end,
    })) as Comparison
    show(options, compared, comparisonText(compared))
    if (compared.unexplained > 0) exitWith(EXIT.failed)
  })

  talking(
    command
      .command('finish')
      .description('The new connection takes the place of the old one: user_reauth is sent, the old one is deleted.')
      .argument('<user_id>', 'the old connection')
      .option('--discard', 'even if the old connection holds records that the new one lacks'),
  ).action(async (id: string, options: CommonOptions & { discard?: boolean }) => {
    const body = { discard: options.discard === true }
    const done = (await serverFor(options).send('POST', `${path}/users/${inPath(id)}/finish`, body)) as {
      moved_to: string
    }
    show(options, done, `${id} is now ${done.moved_to}. A user_reauth event is on its way.`)
  })
}

interface Check {
  ended_on: string
  waiting: number
  both: number
  current: number
  warnings: { code: string; message: string }[]
}

function checkText({ ended_on: endedOn, waiting, both, current, warnings }: Check): string {
  return [
    `The old API ended on ${endedOn}.`,
    `${waiting} wait for consent, ${both} have both, ${current} use the new API.`,
    ...warnings.map(({ code, message }) => `! ${code}: ${message}`),
  ].join('\n')
}

interface Comparison {
  moved_to: string
  start_date: string
  end_date: string
  unexplained: number
  records: {
    type: string
    key: string
    held_by: 'both' | 'old' | 'new'
    equal: number
    only_old: string[]
    only_new: string[]
    different: { path: string; because: string | null }[]
  }[]
}

/** Which fields differ, not what they say: values are in --json. */
function comparisonText({
  moved_to: movedTo,
  start_date: start,
  end_date: end,
  unexplained,
  records,
}: Comparison): string {
  const rows = records.map(({ type, key, held_by: heldBy, equal, only_old: old, only_new: now, different }) => ({
    record: `${type} ${key}`,
    held_by: heldBy,
    equal,
    only_old: old.length,
    only_new: now.length,
    different: different.map(({ path, because }) => (because === null ? `${path}!` : path)).join(', '),
  }))
  const columns = [
    { name: 'record', title: 'RECORD' },
    { name: 'held_by', title: 'IN' },
    { name: 'equal', title: 'EQUAL' },
    { name: 'only_old', title: 'ONLY OLD' },
    { name: 'only_new', title: 'ONLY NEW' },
    { name: 'different', title: 'DIFFERENT', cut: true as const },
  ]
  const verdict =
    unexplained === 0
      ? 'No difference without a known reason.'
      : `${unexplained} differences without a known reason (!).`
  return `Beside ${movedTo}, ${start} to ${end}:\n${table(rows, columns, 'Neither holds anything of these days.')}\n${verdict}`
}
