// JSON lines. Fields are ids, counts and durations: never tokens, never health values.
import { pino } from 'pino'
import { toldError } from './told-error.ts'

export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'

const REDACTED = ['authorization', 'cookie', 'token', 'accessToken', 'refreshToken', 'secret', 'apiKey', 'code', 'body']

export function createLog(level: LogLevel, to: 'stdout' | 'stderr' = 'stdout'): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: toldError },
      redact: { paths: REDACTED.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[hidden]' },
    },
    pino.destination({ dest: to === 'stdout' ? 1 : 2, sync: true }),
  )
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
