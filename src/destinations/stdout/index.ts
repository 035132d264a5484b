// Events as lines on the standard output, for scripts that read what the server prints.
import { z } from 'zod'
import { defineDestination, delivered, retry } from '../destination.ts'
import { keptConnection, TimedOut } from '../kept-connection.ts'
import { lineForm, lineOf } from '../line.ts'

export const StdoutSettings = z.object({ line: lineForm })

export const stdout = defineDestination({
  id: 'stdout',
  name: 'Standard output',
  description: 'Lines of JSON that the server prints, for scripts.',
  settings: StdoutSettings,
  needs: 'print',
  target: () => 'standard output',
  batch: { events: 200, bytes: 4_000_000 },
  open(settings, { print }) {
    const kept = keptConnection({
      async open() {
        if (print === undefined) throw new Error('no standard output')
        return { print }
      },
      shut: () => undefined,
    })
    /** Printed, given up on, and still waiting to be read. */
    let unread = 0
    async function printed(lines: Buffer, timeoutMs: number): Promise<void> {
      // Each further attempt would wait there as well, and be read later.
      if (unread > 0) throw new TimedOut(timeoutMs)
      let printing: Promise<void> = Promise.resolve()
      try {
        await kept.use(timeoutMs, (output) => (printing = output.print(lines)))
      } catch (error) {
        if (error instanceof TimedOut) {
          unread++
          void printing.catch(() => undefined).then(() => unread--)
        }
        throw error
      }
    }
    return {
      async send(events, { timeoutMs }) {
        try {
          const lines = Buffer.concat(events.map((event) => lineOf(event, settings.line)))
          await printed(lines, timeoutMs)
          return events.map(() => delivered())
        } catch (error) {
          const message =
            error instanceof TimedOut ? 'nobody reads the standard output' : 'the standard output is closed'
          return events.map(() => retry(`${message}: set LOAM_STDOUT=events, and let something read it`))
        }
      },
      close: () => kept.close(),
    }
  },
})
