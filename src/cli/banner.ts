// What a start prints: where to go, as whom, and the next thing to try.
import { styleText } from 'node:util'
import { signingSecretOf } from '../api/environments.ts'
import { apiKeyPlace } from '../api/environments.ts'
import { VERSION } from '../api/version.ts'
import type { Config } from '../config.ts'
import type { Running } from '../main.ts'
import { validApiKeys } from '../store/environments.ts'
import { createSignInLink } from '../web/index.ts'

export async function banner(config: Config, running: Running, tookMs: number): Promise<void> {
  const { ctx, environment } = running
  const reveal = config.sandbox && (process.stdout.isTTY || process.env.npm_lifecycle_event === 'start')
  const bold = (text: string): string =>
    process.stdout.isTTY && !process.env.NO_COLOR ? styleText('bold', text) : text
  const lines = [
    `${bold(`Loam ${VERSION}`)}   environment ${environment.name}   ready in ${(tookMs / 1000).toFixed(1)} s`,
    '',
    `Dashboard        ${await createSignInLink(ctx)}   (signs you in once)`,
    `API base URL     ${ctx.publicUrl}/v2   (baseUrl of the Terra SDKs)`,
    `API reference    ${ctx.publicUrl}/docs`,
  ]
  if (reveal) {
    const [key] = await validApiKeys(ctx.db, environment.id, ctx.clock.now())
    lines.push(
      '',
      `dev-id           ${environment.dev_id}`,
      `x-api-key        ${key === undefined ? '(none: loam keys rotate)' : ctx.sealer.open(key.key_sealed, apiKeyPlace(key.id))}`,
      `signing secret   ${await signingSecretOf(ctx, environment)}`,
      `admin token      ${running.adminToken}`,
    )
  } else {
    lines.push('', `dev-id           ${environment.dev_id}   (keys: loam keys show --reveal)`)
  }
  lines.push('', 'Next: open the dashboard, or run `npx loam quickstart` in another terminal.')
  if (config.sandbox) lines.push('Sources run against the built-in sandbox: nothing leaves this machine.')
  console.log(`\n${lines.map((line) => (line === '' ? '' : `  ${line}`)).join('\n')}\n`)
}
