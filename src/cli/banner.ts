// What a start prints: where to go, as whom, and the next thing to try.
import { styleText } from 'node:util'
import { showKeys } from '../api/admin/keys.ts'
import { createSignInLink } from '../api/admin/sessions.ts'
import { VERSION } from '../api/version.ts'
import type { Config } from '../config.ts'
import type { Running } from '../main.ts'
import type { Context } from '../store/context.ts'
import { fields } from './table.ts'

export async function banner(config: Config, running: Running, tookMs: number): Promise<string> {
  const { ctx, environment } = running
  const forPeople = isForPeople()
  const title = `${styled('bold', `Loam ${VERSION}`)}   environment ${environment.name}   ready in ${(tookMs / 1000).toFixed(1)} s`
  const places: [string, string][] = [
    ['Dashboard', forPeople ? await signInLink(ctx) : `${ctx.publicUrl}/dashboard   (wants the admin token)`],
    ['API base URL', `${ctx.publicUrl}/v2   (baseUrl of the Terra SDKs)`],
    ['API reference', `${ctx.publicUrl}/docs`],
    ['dev-id', environment.dev_id],
  ]
  const reveal = config.sandbox && forPeople
  if (reveal) {
    const keys = await showKeys(ctx, environment, { reveal: true })
    places.push(
      ['x-api-key', keys.api_keys[0]?.api_key ?? '(none: loam keys rotate)'],
      ['signing secret', keys.signing_secrets[0]?.signing_secret ?? ''],
      ['admin token', running.adminToken],
    )
  }
  const blocks = [
    title,
    fields(places),
    ...(reveal ? [] : ['API key, signing secret and admin token: npx loam keys show --reveal']),
    [
      'Next:      open the dashboard, or run `npx loam quickstart` in another terminal',
      'Problems:  npx loam doctor',
      ...(config.sandbox ? ['Sources run against the built-in sandbox: nothing leaves this machine.'] : []),
    ].join('\n'),
  ]
  return `\n${blocks.join('\n\n').replaceAll(/^(?=.)/gm, '  ')}\n`
}

async function signInLink(ctx: Context): Promise<string> {
  const { token } = await createSignInLink(ctx)
  return `${ctx.publicUrl}/in/${token}   (signs you in once)`
}

/** A terminal, or `npm start`: whoever runs that wants to read it. Logs of a service are kept and shipped. */
function isForPeople(): boolean {
  return process.stdout.isTTY || process.env.npm_lifecycle_event === 'start'
}

function styled(style: 'bold', text: string): string {
  return process.stdout.isTTY && !process.env.NO_COLOR ? styleText(style, text) : text
}
