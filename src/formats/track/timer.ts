// How long a workout had been running, without its pauses, at any time of it.

export interface Timer {
  /** Seconds of running timer until then; null when pauses took place and the file does not say when. */
  seconds(at: number): number | null
}

interface Totals {
  elapsedSeconds: number | null
  timerSeconds: number | null
}

export function openTimer(
  switches: readonly { at: number; running: boolean }[],
  startAt: number,
  endAt: number,
  totals?: Totals,
): Timer {
  const pauses = pausesOf(switches, startAt, endAt)
  const unseen =
    pauses.length === 0 &&
    totals !== undefined &&
    totals.elapsedSeconds !== null &&
    totals.timerSeconds !== null &&
    totals.elapsedSeconds - totals.timerSeconds >= 1
  return {
    seconds(at) {
      if (unseen) return null
      let paused = 0
      for (const pause of pauses) {
        if (pause.from >= at) break
        paused += Math.min(pause.to, at) - pause.from
      }
      return Math.max(0, at - startAt - paused) / 1000
    },
  }
}

function pausesOf(
  switches: readonly { at: number; running: boolean }[],
  startAt: number,
  endAt: number,
): { from: number; to: number }[] {
  const pauses: { from: number; to: number }[] = []
  let stoppedAt: number | null = null
  for (const { at, running } of [...switches].sort((a, b) => a.at - b.at)) {
    if (at < startAt || at > endAt) continue
    if (!running) stoppedAt ??= at
    else if (stoppedAt !== null) {
      if (at > stoppedAt) pauses.push({ from: stoppedAt, to: at })
      stoppedAt = null
    }
  }
  return pauses
}
