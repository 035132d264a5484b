// Which folder may import which: the picture in docs/architecture.md, kept true.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../src/', import.meta.url))

/** Besides `model` and `platform`, which everyone but `normalize` may import and which import nothing of ours. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  model: [],
  platform: [],
  // Bytes in, readings out: pure.
  formats: [],
  connectors: ['formats'],
  destinations: [],
  store: [],
  bodies: ['store'],
  // Behind config.ts.
  settings: ['bodies'],
  normalize: [],
  queue: ['store'],
  outbox: ['queue', 'store'],
  // Events of a connection's life are written in the transaction that changes it.
  credentials: ['connectors', 'outbox', 'queue', 'store'],
  intake: ['connectors', 'credentials', 'normalize', 'outbox', 'queue', 'store'],
  deliver: ['destinations', 'outbox', 'queue', 'store'],
  simulator: [],
  api: ['connectors', 'credentials', 'deliver', 'destinations', 'intake', 'outbox', 'queue', 'simulator', 'store'],
  web: [
    'api',
    'connectors',
    'credentials',
    'deliver',
    'destinations',
    'intake',
    'outbox',
    'queue',
    'simulator',
    'store',
  ],
  widget: ['api', 'connectors', 'credentials', 'outbox', 'queue', 'store'],
  cli: ['api', 'bodies', 'connectors', 'credentials', 'normalize', 'simulator', 'store', 'web'],
}

/** Single files with more: the shapes that others are written against, and what stands above all folders. */
const EXTRA: Record<string, readonly string[]> = {
  // Types only: a connector's shape is what normalize takes in.
  normalize: ['connectors/connector.ts'],
  cli: ['config.ts', 'main.ts'],
}

interface Import {
  from: string
  to: string
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(
      (entry) =>
        entry.isFile() &&
        entry.name.endsWith('.ts') &&
        !entry.name.endsWith('.test.ts') &&
        !entry.name.startsWith('test-'),
    )
    .map((entry) => join(entry.parentPath, entry.name))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const specifiers = [
    ...text.matchAll(/(?:^|\n)(?:import|export)[^'"\n]*(?:\n[^'"]*?)?from '(\.[^']+)'/g),
    ...text.matchAll(/import\('(\.[^']+)'\)/g),
  ]
  return specifiers.map(([, specifier]) => ({
    from: relative(SRC, file),
    to: relative(SRC, resolve(file, '..', specifier!)),
  }))
}

const imports = filesBelow(SRC).flatMap(importsOf)
const folderOf = (path: string): string => path.split('/')[0]!

test('every import goes where the picture allows', () => {
  assert.ok(imports.length > 200)
  const broken = imports.filter(({ from, to }) => {
    const [source, target] = [folderOf(from), folderOf(to)]
    if (source === target || source === 'main.ts' || source === 'config.ts') return false
    if (to.startsWith('..')) return !to.startsWith('../package.json') && !to.startsWith('../islands')
    if (EXTRA[source]?.includes(to)) return false
    if (target === 'model' || (target === 'platform' && source !== 'model' && source !== 'normalize')) return false
    return !(MAY_IMPORT[source] ?? []).includes(target)
  })
  assert.deepEqual(
    broken.map(({ from, to }) => `${from} imports ${to}`),
    [],
  )
})

test('main.ts is imported by the command line alone, config.ts by it and main.ts', () => {
  const importers = (file: string): string[] =>
    imports.filter(({ to }) => to === file).map(({ from }) => folderOf(from))
  assert.deepEqual([...new Set(importers('main.ts'))], ['cli'])
  assert.deepEqual([...new Set(importers('config.ts'))].sort(), ['cli', 'main.ts'])
})

/** What several kinds of destination, or two sources, are made of stands beside them, and stands in no catalogue. */
const SHARED = new Set(['objects', 'sql', 'google-health'])

test('a connector knows no neighbour, a destination neither', () => {
  for (const folder of ['connectors', 'destinations']) {
    const crossing = imports.filter(({ from, to }) => {
      const [a, one] = from.split('/')
      const [b, other] = to.split('/')
      return (
        a === folder &&
        b === folder &&
        one !== 'index.ts' &&
        !other!.endsWith('.ts') &&
        one !== other &&
        !SHARED.has(other!)
      )
    })
    assert.deepEqual(crossing, [])
  }
})

test('folders import in one direction', () => {
  const edges = new Set(
    imports
      .map(({ from, to }) => `${folderOf(from)} ${folderOf(to)}`)
      .filter((edge) => new Set(edge.split(' ')).size === 2),
  )
  const back = [...edges].filter((edge) => edges.has(edge.split(' ').toReversed().join(' ')))
  // The command line starts the server; the server never imports the command line.
  assert.deepEqual(back, [])
})
