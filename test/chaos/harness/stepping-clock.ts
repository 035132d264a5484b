// Loaded before a server (`--import`), in each of its threads: the time of day is as far off as the file says. Timers and
// the monotonic clock go on as they are, as when an operator or NTP sets a clock.
import { readFileSync } from 'node:fs'

const RealDate = Date
let aheadMs = 0

function read(): void {
  try {
    aheadMs = Number(readFileSync(process.env.LOAM_CHAOS_CLOCK!, 'utf8'))
  } catch {
    // It is being written.
  }
}

class SteppingDate extends RealDate {
  constructor(...args: unknown[]) {
    super(...((args.length === 0 ? [SteppingDate.now()] : args) as [number]))
  }

  static override now(): number {
    return RealDate.now() + aheadMs
  }
}

globalThis.Date = SteppingDate as DateConstructor
read()
setInterval(read, 50).unref()
