export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Of a sorted copy; `q` from 0 to 1. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}

export function round(value: number, digits = 0): string {
  return Number.isNaN(value) ? '-' : value.toFixed(digits)
}

/** Rows as a Markdown table, so that they can be kept in bench/README.md as they are. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((_, i) => Math.max(...[header, ...rows].map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join(' | ')} |`
  return [line(header), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n')
}

export function verdict(name: string, value: number, atLeast: number): string {
  return `${name}: ${value.toFixed(2)} (to reach: ${atLeast}) ${value >= atLeast ? 'reached' : 'NOT REACHED'}`
}
