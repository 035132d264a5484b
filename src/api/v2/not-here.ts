// Paths that Terra's API has and ours lacks: 501, so that nobody takes them for a typing mistake.
import type { Hono } from 'hono'
import { ApiError } from '../../platform/errors.ts'
import type { FrameEnv } from '../http/frame.ts'

const PATHS = [
  '/routes',
  '/routes/:id',
  '/lab-reports',
  '/lab-reports/*',
  '/models',
  '/models/*',
  '/mcp/*',
  '/dashboard/*',
  '/teams',
  '/teams/*',
  '/auth/user',
  '/auth/developer',
]

export function mountNotHere(app: Hono<FrameEnv>, prefix: string): void {
  for (const path of PATHS) {
    app.all(`${prefix}${path}`, (c) => {
      throw new ApiError('not_implemented', 501, `${c.req.path} is part of Terra's API that Loam does not have`)
    })
  }
}
