import type { Command } from 'commander'
import { type CommonOptions, serverFor, show, talking } from './common.ts'

interface Keys {
  dev_id: string
  api_keys: { api_key: string; expires_at: string | null }[]
  signing_secrets: { signing_secret: string; expires_at: string | null }[]
}

export function addKeys(program: Command): void {
  const keys = program.command('keys').description("An environment's credentials.")
  talking(keys.command('show').description('dev-id, API keys, signing secrets.').option('--reveal', 'in full')).action(
    async (options: CommonOptions & { reveal?: boolean }) => {
      const result = (await serverFor(options).get('/keys', { reveal: options.reveal })) as Keys
      const until = (at: string | null): string => (at === null ? '' : `   until ${at}`)
      const lines = [
        `dev-id          ${result.dev_id}`,
        ...result.api_keys.map((key) => `x-api-key       ${key.api_key}${until(key.expires_at)}`),
        ...result.signing_secrets.map((each) => `signing secret  ${each.signing_secret}${until(each.expires_at)}`),
      ]
      show(options, result, lines.join('\n'))
    },
  )
  talking(
    keys
      .command('rotate')
      .description('Make a new API key (or signing secret); the old one works on for a while.')
      .option('--signing-secret', 'rotate the signing secret instead')
      .option('--overlap <seconds>', 'how long the old one works on', '86400'),
  ).action(async (options: CommonOptions & { signingSecret?: boolean; overlap: string }) => {
    const path = options.signingSecret === true ? '/signing-secret/rotate' : '/keys/rotate'
    const result = (await serverFor(options).send('POST', path, {
      overlap_seconds: Number(options.overlap),
    })) as Record<string, string>
    const name = options.signingSecret === true ? 'signing secret' : 'x-api-key'
    show(
      options,
      result,
      `${name}  ${result.api_key ?? result.signing_secret ?? ''}\nShown this once; loam keys show --reveal shows it again.`,
    )
  })
}
