// Our own line drawings, 24 × 24, one stroke width. Always beside a word or a hidden label.
import { html } from 'hono/html'
import type { Html } from './html.ts'

const PATHS = {
  start: 'M5 21V4m0 1h11l-2 4 2 4H5',
  users:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7m-6.5 9c.4-3.6 3-5.5 6.5-5.5s6.1 1.9 6.5 5.5M16 4.4a3.5 3.5 0 0 1 0 6.2m2.5 4.4c1.7.8 2.7 2.6 3 5',
  events: 'M3 12h4l2.5-7 4 14 2.5-7h5',
  simulator: 'M9 3h6m-5 0v6l-5.5 9.5A1.7 1.7 0 0 0 6 21h12a1.7 1.7 0 0 0 1.5-2.5L14 9V3M7.5 15h9',
  inspector: 'M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13m5 11.5L20.5 20.5',
  sources: 'M9 3v5m6-5v5M6 8h12v3a6 6 0 0 1-12 0zm6 9v4',
  destinations: 'M4 12h12m-5-5 5 5-5 5M20 4v16',
  keys: 'M8 10.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9m3.2 1.3L20 3m-4 4 3 3m-6 0 2 2',
  jobs: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 7.5V12l3 2.5',
  environments: 'm12 3 9 5-9 5-9-5zm-9 9 9 5 9-5m-18 4 9 5 9-5',
  audit: 'M6 3h9l4 4v14H6zm8 0v5h5M9.5 13l2 2 4-4',
  docs: 'M4 5c3-1.5 6-1 8 .5V20c-2-1.5-5-2-8-.5zM20 5c-3-1.5-6-1-8 .5V20c2-1.5 5-2 8-.5z',
  leave: 'M14 4H5v16h9m-4-8h11m-4-4 4 4-4 4',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  check: 'm5 12.5 4.5 4.5L19 7',
  warn: 'M12 4 2.5 20h19zm0 6v4.5m0 2.5v.01',
  info: 'M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17m0 7V16m0-8v.01',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  down: 'm6 9 6 6 6-6',
  plus: 'M12 5v14M5 12h14',
  show: 'M2.5 12c2-4 5.5-6.5 9.5-6.5s7.5 2.5 9.5 6.5c-2 4-5.5 6.5-9.5 6.5S4.5 16 2.5 12M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6',
  hide: 'm4 4 16 16M9.9 5.7c5-1 9.5 1.5 11.6 6.3a14 14 0 0 1-2.4 3.6M6.5 7.3c-1.7 1.1-3.1 2.7-4 4.7 2.6 5.4 8.3 7.8 13.5 5.5',
  out: 'M13 4h7v7m0-7-9 9M18 14v6H4V6h6',
} as const

export type IconName = keyof typeof PATHS

export function icon(name: IconName): Html {
  return html`<svg
    class="icon"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d="${PATHS[name]}" />
  </svg>`
}

export function mark(): Html {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--spruce)" />
    <path
      d="M6 17h5l3-8 4 14 3-6h5"
      fill="none"
      stroke="var(--on-spruce)"
      stroke-width="2.25"
      stroke-linecap="round"
      stroke-linejoin="round"
    />
  </svg>`
}
