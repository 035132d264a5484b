// Values as forms and addresses send them: always text, often empty.
import type { Context as Request } from 'hono'
import { ApiError } from '../platform/errors.ts'
import type { Call } from './view.ts'

/** Undefined when absent or blank. */
export function queryText(c: Call, name: string): string | undefined {
  const value = c.req.query(name)?.trim()
  return value === undefined || value === '' ? undefined : value
}

export type Form = Record<string, string[]>

/** Every value of every field. Files are of no use here and are left out. */
export async function readForm(c: Call): Promise<Form> {
  const body = await parsed(() => c.req.parseBody({ all: true }))
  return Object.fromEntries(
    Object.entries(body).map(([name, value]) => [
      name,
      (Array.isArray(value) ? value : [value]).filter((item) => typeof item === 'string'),
    ]),
  )
}

/** Single fields, for whoever is not signed in yet as well; undefined where there is no text. */
export async function fieldsOf(c: Request, ...names: string[]): Promise<(string | undefined)[]> {
  const body = await parsed(() => c.req.parseBody())
  return names.map((name) => {
    const value = body[name]
    return typeof value === 'string' ? value : undefined
  })
}

/** A form that was broken off, or that is none, is its sender's fault. */
export async function parsed<T>(parse: () => Promise<T>): Promise<T> {
  try {
    return await parse()
  } catch (cause) {
    throw new ApiError('invalid_request', 400, 'the form did not arrive whole; go back and send it again', { cause })
  }
}

/** Undefined when absent or blank. */
export function formText(form: Form, name: string): string | undefined {
  const value = form[name]?.[0]?.trim()
  return value === undefined || value === '' ? undefined : value
}

/** Where a form came from, as it says itself. */
export function pathBack(form: Form): string {
  return dashboardPath(formText(form, 'back'))
}

/** Back to a page of the dashboard, and nowhere else. */
export function dashboardPath(back = ''): string {
  const here = 'http://dashboard.invalid'
  const url = URL.canParse(back, here) ? new URL(back, here) : null
  const isOurs = url !== null && url.origin === here && /^\/dashboard(\/|$)/.test(url.pathname)
  return isOurs ? `${url.pathname}${url.search}${url.hash}` : '/dashboard'
}

/** The same address with other parameters; undefined takes one away. */
export function withQuery(c: Call, changes: Record<string, string | undefined>): string {
  const url = new URL(c.req.url)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  const query = url.searchParams.toString()
  return query === '' ? url.pathname : `${url.pathname}?${query}`
}
