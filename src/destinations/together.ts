// A batch in one go, and each of its events alone when one of them may be what was refused.
import { delivered, type OutgoingEvent, type SendResult } from './destination.ts'

const LEAST_MS = 1000

export async function togetherOrAlone(
  events: readonly OutgoingEvent[],
  timeoutMs: number,
  how: {
    /** With a result for each, or all are delivered. */
    write(events: readonly OutgoingEvent[], timeoutMs: number): Promise<readonly SendResult[] | void>
    /** It was about what is in the events, so one of them alone may fare better. */
    aboutEvents(error: unknown): boolean
    failed(error: unknown): SendResult
  },
): Promise<SendResult[]> {
  const until = performance.now() + timeoutMs
  const failed = (error: unknown): SendResult => {
    const result = how.failed(error)
    return result.next === 'retry' && how.aboutEvents(error) ? { ...result, refused: true } : result
  }
  try {
    return [...((await how.write(events, timeoutMs)) ?? events.map(() => delivered()))]
  } catch (error) {
    if (events.length === 1 || !how.aboutEvents(error)) return events.map(() => failed(error))
  }
  const results: SendResult[] = []
  for (const event of events) {
    results.push(
      await how
        .write([event], Math.max(LEAST_MS, until - performance.now()))
        .then((each) => each?.[0] ?? delivered(), failed),
    )
  }
  return results
}
