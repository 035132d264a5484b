// Style sheets, fonts, icons and islands: read once at start, served with addresses that change with the content.
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { gzipSync } from 'node:zlib'
import { Hono } from 'hono'

const STATIC = new URL('./static/', import.meta.url)
const STYLES = new URL('./styles/', import.meta.url)
const ISLANDS = new URL('../../islands/', import.meta.url)

/** What the dashboard's style sheet is joined from: what comes later may refine what came before. */
const DASHBOARD_STYLES = [
  'base',
  'frame',
  'layout',
  'controls',
  'forms',
  'parts',
  'code',
  'details',
  'tabs',
  'tables',
  'lists',
  'sign-in',
]

const TYPES: Record<string, string> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  woff2: 'font/woff2',
  txt: 'text/plain; charset=utf-8',
}

interface Asset {
  bytes: Uint8Array<ArrayBuffer>
  zipped: Uint8Array<ArrayBuffer> | null
  type: string
  hash: string
}

let loaded: ReadonlyMap<string, Asset> | null = null

/** `app.css` → `/static/app.css?v=…`. Throws for a name that does not exist: a page never asks for nothing. */
export function assetHref(name: string): string {
  const asset = assets().get(name)
  if (asset === undefined) throw new Error(`there is no asset ${name}`)
  return `/static/${name}?v=${asset.hash}`
}

export function createStatic(): Hono {
  const app = new Hono()
  assets()
  app.get('/static/*', (c) => {
    const asset = assets().get(c.req.path.slice('/static/'.length))
    if (asset === undefined) return c.notFound()
    c.header('content-type', asset.type)
    c.header('x-content-type-options', 'nosniff')
    c.header('etag', `"${asset.hash}"`)
    // The fonts' names carry no version in the style sheet: a month, then ask again.
    const forGood = c.req.query('v') === asset.hash
    c.header('cache-control', forGood ? 'public, max-age=31536000, immutable' : 'public, max-age=2592000')
    if (asset.zipped !== null) c.header('vary', 'accept-encoding')
    if (c.req.header('if-none-match') === `"${asset.hash}"`) return c.body(null, 304)
    const zip = asset.zipped !== null && /\bgzip\b/.test(c.req.header('accept-encoding') ?? '')
    if (zip) c.header('content-encoding', 'gzip')
    return c.body(zip ? asset.zipped! : asset.bytes)
  })
  return app
}

function assets(): ReadonlyMap<string, Asset> {
  loaded ??= new Map([...staticFiles(), dashboardStyles(), ...islands()])
  return loaded
}

function* staticFiles(): Generator<[string, Asset]> {
  for (const entry of readdirSync(STATIC, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const name = `${entry.parentPath}/${entry.name}`.slice(STATIC.pathname.length).replace(/^\/+/, '')
    yield [name, asset(name, readFileSync(new URL(name, STATIC)))]
  }
}

/** Written in parts, asked for once. */
function dashboardStyles(): [string, Asset] {
  const parts = DASHBOARD_STYLES.map((name) => readFileSync(new URL(`${name}.css`, STYLES), 'utf8'))
  return ['app.css', asset('app.css', Buffer.from(parts.join('\n')))]
}

/** The scripts of `islands/` without their types: browsers get what was written, no bundler between. */
function* islands(): Generator<[string, Asset]> {
  for (const file of readdirSync(ISLANDS)) {
    if (!file.endsWith('.ts')) continue
    const name = `islands/${file.slice(0, -3)}.js`
    yield [name, asset(name, Buffer.from(withoutTypes(readFileSync(new URL(file, ISLANDS), 'utf8'))))]
  }
}

function withoutTypes(source: string): string {
  // Node calls the function experimental at its first use. Running on it is our decision (the whole program does), so
  // nobody who starts the server needs the warning.
  const emitWarning = process.emitWarning
  process.emitWarning = () => undefined
  try {
    return compact(stripTypeScriptTypes(source))
  } finally {
    process.emitWarning = emitWarning
  }
}

/** Types leave blanks behind, and comments are for us: neither needs to travel. */
function compact(source: string): string {
  return source
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(\/\/|\/\*|\*)/.test(line))
    .join('\n')
}

function asset(name: string, bytes: Uint8Array<ArrayBuffer>): Asset {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  return {
    bytes,
    zipped: type.startsWith('font/') ? null : gzipSync(bytes),
    type,
    hash: createHash('sha256').update(bytes).digest('hex').slice(0, 12),
  }
}
