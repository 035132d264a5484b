// The HTTP API as one Hono app. `main.ts` adds the dashboard, the widget and the sandbox to it.
import type { Hono } from 'hono'
import type { Context } from '../store/context.ts'
import { mountDocs } from './docs/pages.ts'
import { healthOperations } from './health.ts'
import { createFrame, type FrameEnv, type FrameOptions } from './http/frame.ts'
import { openApiDocument } from './openapi.ts'
import { ALIASES, allOperations } from './operations.ts'
import { mountNotHere } from './v2/not-here.ts'
import { VERSION } from './version.ts'

export interface ApiOptions extends FrameOptions {
  /** Ends the streams that are open. */
  shutdown?: AbortSignal
}

export function createApi(ctx: Context, options: ApiOptions = {}): Hono<FrameEnv> {
  const { app, mount } = createFrame(ctx, options)
  const operations = allOperations(options.shutdown)
  for (const prefix of ['/v2', ...ALIASES.map((alias) => alias.prefix)]) publicToBrowsers(app, prefix)
  for (const { prefix, operation } of operations) {
    mount(prefix, [operation])
    for (const alias of ALIASES) if (alias.of === prefix) mount(alias.prefix, [operation])
  }
  for (const prefix of ['/v2', ...ALIASES.map((alias) => alias.prefix)]) mountNotHere(app, prefix)
  const document = openApiDocument({ version: VERSION, serverUrl: ctx.publicUrl, operations })
  app.get('/openapi.json', (c) => c.json(document))
  mountDocs(app, document)
  return app
}

/** What every process answers, whatever its role: orchestrators and Prometheus ask each one. */
export function createHealth(ctx: Context): Hono<FrameEnv> {
  const { app, mount } = createFrame(ctx, {})
  mount('', healthOperations)
  return app
}

/** The catalogue of sources is asked for by customers' web pages; nothing else of the API belongs in a browser. */
function publicToBrowsers(app: Hono<FrameEnv>, prefix: string): void {
  for (const path of [`${prefix}/integrations`, `${prefix}/integrations/detailed`]) {
    app.use(path, async (c, next) => {
      await next()
      c.res.headers.set('access-control-allow-origin', '*')
      c.res.headers.set('access-control-expose-headers', 'terra-reference')
    })
    app.options(path, () => {
      const headers = {
        'access-control-allow-methods': 'GET',
        'access-control-allow-headers':
          'dev-id, x-api-key, content-type, x-fern-language, x-fern-sdk-name, x-fern-sdk-version, x-fern-runtime, x-fern-runtime-version',
        'access-control-max-age': '86400',
      }
      return new Response(null, { status: 204, headers })
    })
  }
}
