// Rows for people: aligned, within the width of the terminal. Scripts ask for --json.

export interface Column {
  /** Member of the row. */
  name: string
  title: string
  /** May be cut when the row is too wide. Ids are never cut: people copy them. */
  cut?: true
  show?: (value: unknown, row: Record<string, unknown>) => string
}

const GAP = 2
const LEAST_WIDTH = 8

export function table(
  rows: readonly Record<string, unknown>[],
  columns: readonly Column[],
  empty: string,
  width = terminalWidth(),
): string {
  if (rows.length === 0) return empty
  const lines = [
    columns.map((column) => column.title),
    ...rows.map((row) => columns.map(({ name, show = cell }) => oneLine(show(row[name], row)))),
  ]
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)))
  let excess = widths.reduce((sum, each) => sum + each + GAP, -GAP) - width
  while (excess > 0) {
    // The widest gives first, so that short words stay whole.
    const candidates = widths.flatMap((each, i) => (columns[i]!.cut === true && each > LEAST_WIDTH ? [i] : []))
    if (candidates.length === 0) break
    const widest = candidates.reduce((a, b) => (widths[b]! > widths[a]! ? b : a))
    widths[widest]!--
    excess--
  }
  return lines
    .map((line) =>
      line
        .map((text, i) => fitted(text, widths[i]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export function terminalWidth(): number {
  return Math.max(80, process.stdout.columns ?? 0)
}

/** `11-24 14:29:31`, in UTC. */
export function shortTime(value: unknown): string {
  return typeof value === 'string' ? `${value.slice(5, 10)} ${value.slice(11, 19)}` : '-'
}

export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** Names and values below one another. */
export function fields(pairs: readonly (readonly [string, unknown])[]): string {
  const width = Math.max(...pairs.map(([name]) => name.length))
  return pairs.map(([name, value]) => `${name.padEnd(width)}  ${oneLine(cell(value))}`).join('\n')
}

function fitted(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width)
}

/** What came from outside moves no cursor and starts no line. */
function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F]+/g, ' ')
}
