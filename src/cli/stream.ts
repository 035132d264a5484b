// Server-sent events for commands: Node has no EventSource of its own.
import type { Server } from './server.ts'

const RECONNECT_MS = 1000

/** The data of each message; reconnects and resumes after the last one until `signal` ends it. */
export async function* followStream(server: Server, path: string, signal: AbortSignal): AsyncGenerator<string> {
  while (!signal.aborted) {
    try {
      const response = await server.open(path, signal)
      yield* messagesOf(response)
    } catch (error) {
      if (signal.aborted) return
      if ((error as Error).name === 'CliFailure') throw error
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS))
  }
}

async function* messagesOf(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const lines = text.slice(0, end).split('\n')
      text = text.slice(end + 2)
      const data = lines.filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart())
      if (data.length > 0) yield data.join('\n')
    }
  }
}
