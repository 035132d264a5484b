// What every command that talks to a server shares: --env, --json, and how results are shown.
import type { Command } from 'commander'
import { findTarget, type Server, serverAt } from './server.ts'

export interface CommonOptions {
  env?: string
  json?: boolean
}

export function talking(command: Command): Command {
  return command.option('--env <dev-id>', 'the environment; default: the first').option('--json', 'print JSON')
}

export function serverFor(options: CommonOptions): Server {
  return serverAt(findTarget(options.env))
}

export function show(options: CommonOptions, result: unknown, text: string): void {
  console.log(options.json === true ? JSON.stringify(result, null, 2) : text)
}

export interface Page {
  data: Record<string, unknown>[]
  next_cursor: string | null
}

export function limitOption(command: Command): Command {
  return command.option('--limit <n>', 'how many rows, 1 to 200', '20')
}
