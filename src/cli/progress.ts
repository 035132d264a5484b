// How far something is: a bar that moves on a terminal, else a line now and then. On stderr: stdout is for results.

const LINE_EVERY_MS = 5000
const CELLS = 30

export interface Progress {
  update(done: number, total: number, note?: string): void
  end(): void
}

export function startProgress(what: string, options: { quiet: boolean }): Progress {
  const live = process.stderr.isTTY === true
  let lastLineAt = performance.now()
  return {
    update(done, total, note = '') {
      if (options.quiet) return
      if (live) {
        process.stderr.write(`\r\u001B[K${bar(done, total)} ${done} of ${total} ${what}${note}`)
      } else if (performance.now() - lastLineAt >= LINE_EVERY_MS) {
        lastLineAt = performance.now()
        process.stderr.write(`${done} of ${total} ${what}${note}\n`)
      }
    },
    end() {
      if (live && !options.quiet) process.stderr.write('\n')
    },
  }
}

export function bar(done: number, total: number): string {
  const filled = total <= 0 ? 0 : Math.min(CELLS, Math.floor((done / total) * CELLS))
  return `${'█'.repeat(filled)}${'░'.repeat(CELLS - filled)}`
}
