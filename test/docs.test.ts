// What the pages name is there: files they lead to, metrics, and functions that contributors are sent to.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const PAGES = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'bench/*.md'], { cwd: ROOT })

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const proseOf = (page: string): string => read(page).replaceAll(/```[\s\S]*?```/g, '')

test('links lead to files and headings that exist', () => {
  const broken = PAGES.flatMap((page) =>
    [...proseOf(page).matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]+))?\)/g)]
      .filter(([, path, anchor]) => {
        const target = path === '' ? page : normalize(join(dirname(page), path!))
        return !existsSync(join(ROOT, target)) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
      })
      .map(([link]) => `${page}: ${link}`),
  )
  assert.ok(PAGES.length > 50)
  assert.deepEqual(broken, [])
})

function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('metrics that pages name exist', () => {
  const known = new Set(
    [...read('src/platform/metrics.ts').matchAll(/name: '(loam_[a-z_]+)'/g)].map(([, name]) => name),
  )
  const named = PAGES.flatMap((page) => [
    ...read(page).matchAll(/\bloam_[a-z_]+_(?:total|seconds|ratio|up|due|backlog|waiting|bytes|items)\b/g),
  ])
  assert.ok(named.length > 20)
  assert.deepEqual(
    named.map(([name]) => name).filter((name) => !known.has(name)),
    [],
  )
})

test('functions and types that the pages for contributors name exist', () => {
  const code = globSync(['src/**/*.ts', 'test/**/*.ts'], { cwd: ROOT }).map(read).join('\n')
  const pages = ['docs/add-a-provider.md', 'docs/add-a-destination.md', 'src/simulator/README.md']
  const named = pages.flatMap((page) => [
    ...proseOf(page).matchAll(/`(?:\w+\.)?([a-z]+[A-Z]\w*|[A-Z][a-z]+\w*)(?:\([^`]*)?`/g),
  ])
  assert.ok(named.length > 20)
  assert.deepEqual(
    named.map(([, name]) => name!).filter((name) => !new RegExp(`\\b${name}\\b`).test(code)),
    [],
  )
})
