// Sign-in by a form of ours, for providers that have no page of their own to send people to.
import type { PasswordContext, PasswordLogin, Tokens } from '../connectors/connector.ts'
import { ProviderError } from '../platform/errors.ts'
import { HttpFailure } from '../platform/http.ts'
import type { Context } from '../store/context.ts'
import type { Application } from './client.ts'

/** The application's form; others send people to the provider. */
export function formOf({ connector }: Application): PasswordLogin {
  if (connector.auth.kind !== 'password') throw new Error(`${connector.id} has no form of ours`)
  return connector.auth
}

export function signInWith(ctx: Context, application: Application, answers: Record<string, string>): Promise<Tokens> {
  return formOf(application).signIn({ ...contextOf(ctx, application), answers })
}

export function renewSignIn(ctx: Context, application: Application, refreshToken: string): Promise<Tokens> {
  return formOf(application).renew({ ...contextOf(ctx, application), refreshToken })
}

function contextOf(ctx: Context, application: Application): PasswordContext {
  return {
    client: application.client,
    async send(at, request = {}) {
      try {
        return await ctx.http.send({ ...request, url: application.callUrl(at) })
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error
        const said = `${application.connector.name} did not answer (${error.reason})`
        throw new ProviderError(said, { next: 'retry', afterSeconds: 30, cause: error })
      }
    },
  }
}
