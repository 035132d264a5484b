import type { Command } from 'commander'
import type { Check } from './check.ts'
import { show } from './common.ts'
import { CliFailure } from './failure.ts'

const WORDS = { ok: 'ok  ', warn: 'look', fail: 'FAIL' } as const

export function addDoctor(command: Command): void {
  command.option('--json', 'print JSON, for programs').action(async (options: { json?: boolean }) => {
    const { examine } = await import('./doctor-checks.ts')
    const checks = await examine()
    show(options, { checks }, checks.map(lineOf).join('\n'))
    const failed = checks.filter((check) => check.state === 'fail').length
    if (failed > 0) throw new CliFailure(`${failed} of ${checks.length} checks failed`)
  })
}

function lineOf({ name, state, said, fix }: Check): string {
  return `${WORDS[state]}  ${name}: ${said}${fix === null ? '' : `\n      fix: ${fix}`}`
}
