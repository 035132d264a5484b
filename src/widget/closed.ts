// Pages that lead nowhere: links that have run out or that nobody knows, and what failed on our side.
import type { Context as Request } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { html } from 'hono/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { ApiError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import { isUnavailable } from '../store/errors.ts'
import { acceptedLanguages, chooseLanguage, type Language } from './language.ts'
import { answer, type Html, icon } from './page.ts'
import type { SessionState } from './session.ts'

const LANGUAGE_COOKIE = 'loam_language'
const RETRY_AFTER_SECONDS = '2'

export function closed(c: Request, language: Language, state: SessionState): Response | Promise<Response> {
  const { text } = language
  const [status, sign, title, explanation] =
    state === 'expired'
      ? ([410, icon.clock, text.expiredTitle, text.expiredText] as const)
      : state === 'used'
        ? ([410, icon.used, text.usedTitle, text.usedText] as const)
        : ([404, icon.lost, text.unknownTitle, text.unknownText] as const)
  const body = message(sign, title, explanation)
  return answer(c, status, { language, title, appName: null, languagePath: null, body })
}

export function nowhere(c: Request): Response | Promise<Response> {
  const language = languageOf(c, null)
  const { notFoundTitle, unknownText } = language.text
  const body = message(icon.lost, notFoundTitle, unknownText)
  return answer(c, 404, { language, title: notFoundTitle, appName: null, languagePath: null, body })
}

/** The person can only try again; whoever runs Loam finds the rest in the log. */
export function broken({ log }: Context, c: Request, error: Error): Response | Promise<Response> {
  const { status, said } = whatBroke(error)
  if (status === 500) log.error({ err: error }, said)
  else log.warn({ err: error }, said)
  if (status === 503) c.header('retry-after', RETRY_AFTER_SECONDS)
  const language = languageOf(c, null)
  const cause = language.text.causes.unknown
  const title = cause.title()
  const body = message(icon.lost, title, cause.text)
  return answer(c, status, { language, title, appName: null, languagePath: null, body })
}

function whatBroke(error: Error): { status: ContentfulStatusCode; said: string } {
  if (isUnavailable(error)) return { status: 503, said: 'a page of the widget could not reach what is stored' }
  if (!(error instanceof ApiError)) return { status: 500, said: 'a page of the widget failed' }
  return { status: error.status as ContentfulStatusCode, said: 'a request to the widget was refused' }
}

/** Chosen on the page, else what the app asked for, else what the browser asks for. */
export function languageOf(c: Request, wanted: string | null | undefined): Language {
  const chosen = c.req.query('lang')
  const language = chooseLanguage([
    chosen,
    getCookie(c, LANGUAGE_COOKIE),
    wanted,
    ...acceptedLanguages(c.req.header('accept-language')),
  ])
  if (chosen !== undefined) {
    setCookie(c, LANGUAGE_COOKIE, language.tag, {
      path: '/session',
      httpOnly: true,
      sameSite: 'Lax',
      maxAge: 30 * 86_400,
    })
  }
  return language
}

function message(sign: Html, title: string, text: string): Html {
  return html`<div class="sign">${sign}</div>
    <h1>${title}</h1>
    <p>${text}</p>`
}
