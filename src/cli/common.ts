// What commands that talk to a server share: --env, --json, checked options, and how results are shown.
import { type Command, InvalidArgumentError } from 'commander'
import { type Server, serverAt } from './server.ts'

export interface CommonOptions {
  env?: string
  json?: boolean
}

export interface Page<Row = Record<string, unknown>> {
  data: Row[]
  next_cursor: string | null
}

export function talking(command: Command, env = 'act on this environment; default: the first'): Command {
  return command.option('--env <dev-id>', env).option('--json', 'print JSON, for programs')
}

/** What reads the settings is loaded when there is something to ask: `--help` needs none of it. */
export function serverFor(options: CommonOptions): Server {
  return serverAt(async () => (await import('./target.ts')).findTarget(options.env))
}

export function show(options: CommonOptions, result: unknown, text: string): void {
  console.log(options.json === true ? JSON.stringify(result, null, 2) : text)
}

export interface PageOptions extends CommonOptions {
  limit: number
  cursor?: string
}

export function paged(command: Command, env?: string): Command {
  return talking(command, env)
    .option('--limit <n>', 'how many rows, 1 to 200', wholeNumber(1, 200), 20)
    .option('--cursor <cursor>', '`next_cursor` of the page before')
}

/** A page as a table; says how to get the next one. */
export function showPage(options: PageOptions, page: Page, text: string): void {
  const more = page.next_cursor === null ? '' : `\n\nMore: --cursor ${page.next_cursor}`
  // Where few of many fit, a page before the last may have none.
  const none = page.data.length === 0 && page.next_cursor !== null
  show(options, page, `${none ? 'None among the newest; there is more to look through.' : text}${more}`)
}

export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const number = Number(text)
    if (/^\d+$/.test(text) && number >= least && number <= most) return number
    throw new InvalidArgumentError(`Must be a whole number from ${least} to ${most}.`)
  }
}

export function calendarDay(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (!Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text) return text
  throw new InvalidArgumentError('Must be a day, YYYY-MM-DD.')
}

export function commaList(text: string): string[] {
  const items = text.split(',').map((item) => item.trim())
  if (items.every((item) => item !== '')) return items
  throw new InvalidArgumentError('Must be names separated by commas.')
}

export function inPath(id: string): string {
  return encodeURIComponent(id)
}
