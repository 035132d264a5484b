// Server-sent events for commands: Node has no EventSource of its own.
import { CliFailure } from './failure.ts'
import type { Server } from './server.ts'

const RECONNECT_MS = 1000

/** Open when it resolves: what happens from then on is in it. A lost connection goes on where it was. */
export async function openStream(
  server: Server,
  path: string,
  options: { signal: AbortSignal; onLost?: () => void },
): Promise<AsyncGenerator<string>> {
  const { signal, onLost } = options
  let lastId: string | null = null
  const connect = (): Promise<Response> =>
    server.open(path, { signal, headers: lastId === null ? {} : { 'last-event-id': lastId } })
  const first = await connect()

  async function* messages(): AsyncGenerator<string> {
    let response: Response | null = first
    while (!signal.aborted) {
      try {
        response ??= await connect()
        for await (const { id, data } of framesOf(response)) {
          lastId = id ?? lastId
          if (data !== null) yield data
        }
      } catch (error) {
        if (signal.aborted) return
        // Signed out, or the stream is gone for good: trying again would not help.
        if (error instanceof CliFailure && response === null && error.details.code !== undefined) throw error
      }
      if (signal.aborted) return
      if (response !== null) onLost?.()
      response = null
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS))
    }
  }
  return messages()
}

async function* framesOf(response: Response): AsyncGenerator<{ id: string | null; data: string | null }> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const values = (name: string): string[] =>
        lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2))
      const data = values('data')
      yield { id: values('id').at(-1) ?? null, data: data.length > 0 ? data.join('\n') : null }
    }
  }
}
