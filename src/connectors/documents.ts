// The documents of a page: a list in an envelope, a bare list, or one document. The same code reads them all.
import { z } from 'zod'
import { NoSuchTime } from '../model/timestamps.ts'
import { type MapContext, UnreadablePage } from './connector.ts'

export interface PageShape<Schema extends z.ZodType> {
  kind: string
  schema: Schema
  /** Names under which an envelope holds its list. */
  lists?: readonly string[]
  /**
   * Lists inside a document whose items stand each for itself, by their path (`*` goes into the items of a list), and what an
   * item is; a map from names to items is a `z.record`. One that cannot be read is left out and reported; where an item may be
   * null it becomes that, for then its position counts.
   */
  series?: Readonly<Record<string, z.ZodType>>
  /**
   * Members that stand or fall whole, by their path: of changes, each of which ends the one before, or of counts that are added
   * up, none may be missing. One that cannot be read becomes null and is reported.
   */
  wholes?: Readonly<Record<string, z.ZodType>>
}

/**
 * One document that cannot be read does not take the others of its list with it: it is reported. Throws UnreadablePage,
 * naming the place and never the value, when there is none that can be read.
 */
export function readDocuments<Schema extends z.ZodType>(
  { kind, schema, lists = [], series = {}, wholes = {} }: PageShape<Schema>,
  payload: unknown,
  context: MapContext,
): z.infer<Schema>[] {
  const { list, path } = listOf(payload, lists)
  if (list === null) throw new UnreadablePage(kind, '', expected(lists))
  const read: z.infer<Schema>[] = []
  const problems: Problem[] = []
  for (const [i, raw] of list.entries()) {
    const { document, problems: within } = readDocument({ schema, series, wholes }, raw)
    if (document !== null) read.push(document)
    problems.push(...within.map(({ place, problem }) => ({ place: joined(path(i), place), problem })))
  }
  if (read.length === 0 && problems.length > 0) {
    throw new UnreadablePage(kind, problems[0]!.place, problems[0]!.problem)
  }
  for (const { place, problem } of problems) context.unreadable?.(place, problem)
  return read
}

/** One document, and what of it was left out; null where it cannot be read, with the reason. Places are within the document. */
export function readDocument<Schema extends z.ZodType>(
  { schema, series = {}, wholes = {} }: Pick<PageShape<Schema>, 'schema' | 'series' | 'wholes'>,
  raw: unknown,
): { document: z.infer<Schema> | null; problems: readonly Problem[] } {
  const parsed = schema.safeParse(raw)
  if (parsed.success) return { document: parsed.data, problems: [] }
  const sifted = withoutOddItems(raw, { series, wholes })
  const again = sifted.odd.length > 0 ? schema.safeParse(sifted.document) : parsed
  if (again.success) return { document: again.data, problems: sifted.odd }
  return { document: null, problems: [problemAt('', again.error.issues[0]!)] }
}

export interface Problem {
  place: string
  problem: string
}

function problemAt(place: string, issue: Issue & { path: readonly PropertyKey[] }): Problem {
  return { place: joined(place, ...issue.path.map(String)), problem: problemOf(issue) }
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('.')
}

/** Of each list the first odd item is told: a whole series of them is one fault. */
function withoutOddItems(
  document: unknown,
  { series, wholes }: Required<Pick<PageShape<z.ZodType>, 'series' | 'wholes'>>,
) {
  const odd: Problem[] = []
  let rest = document
  const inPlace = (path: string, change: Change): void => {
    rest = changed(rest, path.split('.'), change, '')
  }
  for (const [path, schema] of Object.entries(series)) {
    inPlace(path, (member, place) => {
      const { kept, problem } = sifted(member, schema, place)
      if (problem !== null) odd.push(problem)
      return kept
    })
  }
  for (const [path, schema] of Object.entries(wholes)) {
    inPlace(path, (member, place) => {
      const { error } = schema.safeParse(member)
      if (error === undefined) return member
      odd.push(problemAt(place, error.issues[0]!))
      return null
    })
  }
  return { document: rest, odd }
}

type Change = (member: unknown, place: string) => unknown

/** The same value with other members at the path, as far as it has such. */
function changed(value: unknown, [name, ...inner]: readonly string[], change: Change, place: string): unknown {
  if (name === undefined) return change(value, place)
  if (name === '*') {
    return Array.isArray(value) ? value.map((item, i) => changed(item, inner, change, joined(place, String(i)))) : value
  }
  if (!isObject(value) || !(name in value)) return value
  return { ...value, [name]: changed(value[name], inner, change, joined(place, name)) }
}

/** The list or map without its odd items; anything else as it is. */
function sifted(member: unknown, schema: z.ZodType, place: string): { kept: unknown; problem: Problem | null } {
  const isMap = schema instanceof z.ZodRecord
  let problem: Problem | null = null
  if (!(isMap ? isObject(member) : Array.isArray(member))) return { kept: member, problem }
  const kept = Object.entries(member as object).flatMap(([name, item]): [string, unknown][] => {
    const named = (each: unknown): unknown => (isMap ? { [name]: each } : each)
    const { error } = schema.safeParse(named(item))
    if (error === undefined) return [[name, item]]
    problem ??= problemAt(isMap ? place : joined(place, name), error.issues[0]!)
    return schema.safeParse(named(null)).success ? [[name, null]] : []
  })
  return { kept: isMap ? Object.fromEntries(kept) : kept.map(([, item]) => item), problem }
}

/**
 * What `map` makes of each document that could be read. One whose times are none of any calendar, such as milliseconds that
 * were taken for seconds, does not take the others with it either: it is reported by its number among them. That alone is
 * caught. Whatever else `map` throws is our bug, and is to be seen as one.
 */
export function mapEach<Document, Result>(
  kind: string,
  documents: readonly Document[],
  context: MapContext,
  map: (document: Document) => Result | readonly Result[],
): Result[] {
  const failed: number[] = []
  const results = documents.flatMap((document, i) => {
    try {
      return map(document)
    } catch (error) {
      if (!(error instanceof NoSuchTime)) throw error
      failed.push(i)
      return []
    }
  })
  const places = failed.map((i) => `[${i}]`)
  if (failed.length > 0 && failed.length === documents.length) throw new UnreadablePage(kind, places[0]!, NO_TIME)
  for (const place of places) context.unreadable?.(place, NO_TIME)
  return results
}

const NO_TIME = 'expected times that a calendar has'

/** What was expected in a place, in words; never the value. What a schema says in its own words stays. */
export function problemOf(issue: Issue): string {
  const { message, errors } = issue
  if (message === 'Invalid input' && errors !== undefined) return anyOf(errors)
  const [, expected, received] = /^Invalid input: expected (\w+), received (\w+)$/.exec(message) ?? []
  if (expected === undefined) return message
  const wanted = `expected ${IN_WORDS[expected] ?? expected}`
  return received === 'undefined' ? `${wanted}${NONE}` : wanted
}

interface Issue {
  message: string
  /** Of a union: what is wrong for each of its schemas. */
  errors?: readonly (readonly Issue[])[]
}

const NONE = ', and there is none'

/** Of what may be several things. */
function anyOf(errors: NonNullable<Issue['errors']>): string {
  const problems = errors.flatMap(([first]) => (first === undefined ? [] : [problemOf(first)]))
  const wanted = new Set(problems.map((problem) => problem.replace(/^expected /, '').replace(NONE, '')))
  const missing = problems.length > 0 && problems.every((problem) => problem.endsWith(NONE))
  return `expected ${[...wanted].join(' or ')}${missing ? NONE : ''}`
}

const IN_WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}

/** The documents of a payload as they came; none when it is no page. For looking, where `readDocuments` is for reading. */
export function rawDocuments(payload: unknown, lists: readonly string[] = []): Record<string, unknown>[] {
  return (listOf(payload, lists).list ?? []).filter(isObject)
}

/**
 * The documents of a list in which what is missing counts as gone. Throws UnreadablePage where there is no list: an answer
 * that is none says nothing of what is there.
 */
export function listedDocuments(kind: string, payload: unknown, lists: readonly string[]): Record<string, unknown>[] {
  const inside = isObject(payload) ? payload[lists.find((each) => each in payload) ?? ''] : payload
  if (!Array.isArray(inside)) {
    throw new UnreadablePage(
      kind,
      '',
      `a list${lists.map((name) => `, or an object with the list \`${name}\``).join('')}`,
    )
  }
  return inside.filter(isObject)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function listOf(payload: unknown, lists: readonly string[]): { list: unknown[] | null; path: (i: number) => string } {
  if (Array.isArray(payload)) return { list: payload, path: (i) => `[${i}]` }
  if (!isObject(payload)) return { list: null, path: () => '' }
  const name = lists.find((each) => each in payload)
  if (name === undefined) return { list: [payload], path: () => '' }
  const inside = payload[name]
  if (Array.isArray(inside)) return { list: inside, path: (i) => `${name}[${i}]` }
  return isObject(inside) ? { list: [inside], path: () => name } : { list: null, path: () => '' }
}

function expected(lists: readonly string[]): string {
  const envelope = lists.length === 0 ? '' : `, or an object with ${lists.map((name) => `\`${name}\``).join(' or ')}`
  return `a document, a list of documents${envelope}`
}
