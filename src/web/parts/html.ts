import type { html } from 'hono/html'

/** What `html` makes: escaped, ready to stand inside another template. */
export type Html = ReturnType<typeof html>
