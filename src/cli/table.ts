// Rows for people: aligned columns, cut to the width of a terminal. Scripts ask for --json.

export function table(rows: readonly Record<string, unknown>[], columns: readonly string[], empty: string): string {
  if (rows.length === 0) return empty
  const lines = [
    columns.map((name) => name.toUpperCase().replaceAll('_', ' ')),
    ...rows.map((row) => columns.map((name) => cell(row[name]))),
  ]
  const widths = columns.map((_, i) => Math.min(44, Math.max(...lines.map((line) => line[i]!.length))))
  return lines
    .map((line) =>
      line
        .map((text, i) => (text.length > widths[i]! ? `${text.slice(0, widths[i]! - 1)}…` : text.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.join(',')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
