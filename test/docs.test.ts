// What the pages name is there: files they lead to, metrics, and functions that contributors are sent to.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { Command } from 'commander'
import { commands } from '../src/cli/commands.ts'

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

test('commands that pages name are there, with the options that they are given', async () => {
  const program = new Command('loam')
  for (const { name, load } of commands) (await load())(program.command(name), () => {})
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/(?:^(?:\$ )?|[`| ])loam ([a-z][^`\n|>#;&]*)/gm)]
      .filter(([, words]) => program.commands.some((command) => command.name() === words!.split(' ')[0]))
      .map(([, words]) => ({ page, words: words!.trim().split(/\s+/) })),
  )
  assert.ok(named.length > 50)
  const wrong = named.flatMap(({ page, words }) => {
    let command = program
    while (command.commands.length > 0 && words.length > 0 && !/^[-<]/.test(words[0]!)) {
      const next = command.commands.find((sub) => sub.name() === words[0])
      if (next === undefined) return [`${page}: ${command.name()} has no ${words[0]}`]
      command = next
      words.shift()
    }
    return words
      .filter(
        (word) => word.startsWith('--') && word !== '--help' && !command.options.some(({ long }) => long === word),
      )
      .map((word) => `${page}: ${command.name()} has no ${word}`)
  })
  assert.deepEqual(wrong, [])
})
