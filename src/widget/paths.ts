// Where the widget's pages are, and ways to them.
import type { Context as Request } from 'hono'
import type { WidgetSessionRow } from '../store/auth-flows.ts'

export function pathOf(row: WidgetSessionRow): string {
  return `/session/${encodeURIComponent(row.id)}`
}

export function redirect(c: Request, path: string, status: 302 | 303 = 302): Response {
  c.header('referrer-policy', 'no-referrer')
  c.header('cache-control', 'no-store')
  return c.redirect(path, status)
}
