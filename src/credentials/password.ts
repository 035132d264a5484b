// Sign-in by a form of ours, for providers that have no page of their own to send people to.
import type { PasswordContext, PasswordLogin, Tokens } from '../connectors/connector.ts'
import type { Context } from '../store/context.ts'
import { applicationHttp } from './application-http.ts'
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
    send: applicationHttp(ctx, application),
  }
}
