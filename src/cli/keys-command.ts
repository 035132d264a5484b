import type { Command } from 'commander'
import { type CommonOptions, serverFor, show, talking, wholeNumber } from './common.ts'
import { fields } from './table.ts'

interface Keys {
  dev_id: string
  api_keys: { api_key: string; expires_at: string | null }[]
  signing_secrets: { signing_secret: string; expires_at: string | null }[]
}

const LONGEST_OVERLAP_SECONDS = 30 * 86_400

export function addKeys(command: Command): void {
  talking(
    command
      .command('show')
      .description('dev-id, API keys and signing secrets that work now, and the admin token.')
      .option('--reveal', 'in full'),
  ).action(async (options: CommonOptions & { reveal?: boolean }) => {
    const server = serverFor(options)
    const keys = (await server.get('/keys', { reveal: options.reveal })) as Keys
    const { adminToken: token } = await server.target()
    const adminToken = options.reveal === true ? token : `****${token.slice(-4)}`
    const lines: [string, string][] = [
      ['dev-id', keys.dev_id],
      ...keys.api_keys.map((key): [string, string] => ['x-api-key', `${key.api_key}${until(key.expires_at)}`]),
      ...keys.signing_secrets.map((each): [string, string] => [
        'signing secret',
        `${each.signing_secret}${until(each.expires_at)}`,
      ]),
      ['admin token', adminToken],
    ]
    show(options, { ...keys, admin_token: adminToken }, fields(lines))
  })
  talking(
    command
      .command('rotate')
      .description('Make a new API key, or a new signing secret; the old one works on for a while.')
      .option('--signing-secret', 'the signing secret instead of the API key')
      .option(
        '--overlap <seconds>',
        'how long the old one works on; 0 ends it now',
        wholeNumber(0, LONGEST_OVERLAP_SECONDS),
        86_400,
      ),
  ).action(async (options: CommonOptions & { signingSecret?: boolean; overlap: number }) => {
    const [path, name, member] =
      options.signingSecret === true
        ? (['/signing-secret/rotate', 'signing secret', 'signing_secret'] as const)
        : (['/keys/rotate', 'x-api-key', 'api_key'] as const)
    const body = { overlap_seconds: options.overlap }
    const made = (await serverFor(options).send('POST', path, body)) as Record<string, string>
    const old = options.overlap === 0 ? 'The old one has ended.' : `The old one works for ${options.overlap} s more.`
    show(options, made, `${fields([[name, made[member]]])}\n${old}`)
  })
}

function until(at: string | null): string {
  return at === null ? '' : `   until ${at}`
}
