// Calls of an application itself, with nobody's token: to sign in, to subscribe, to revoke.
import type { Address } from '../connectors/sign-in.ts'
import { ProviderError } from '../platform/errors.ts'
import { HttpFailure, type HttpRequest, type HttpResponse } from '../platform/http.ts'
import type { Context } from '../store/context.ts'
import type { Application } from './client.ts'

const AGAIN_SECONDS = 30

/** Resolves for every status. A provider that does not answer is a ProviderError, to be asked again. */
export function applicationHttp(ctx: Context, application: Application) {
  return async (at: Address, request: Omit<HttpRequest, 'url'> = {}): Promise<HttpResponse> => {
    try {
      return await ctx.http.send({ ...request, url: application.callUrl(at) })
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error
      const said = `${application.connector.name} did not answer (${error.reason})`
      throw new ProviderError(said, { next: 'retry', afterSeconds: AGAIN_SECONDS, cause: error })
    }
  }
}
