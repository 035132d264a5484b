// A form of ours, for providers without a page to send people to. The id in the address is the flow's.
import type { Context as Request, Hono } from 'hono'
import { getCookie } from 'hono/cookie'
import { html } from 'hono/html'
import { readBytes } from '../api/http/body-reader.ts'
import { connectorOf } from '../connectors/index.ts'
import type { FlowEnd } from '../credentials/connect.ts'
import { leaveForm, openForm, type SignInForm, submitForm } from '../credentials/sign-in-form.ts'
import { ApiError } from '../platform/errors.ts'
import type { Context } from '../store/context.ts'
import { languageOf } from './closed.ts'
import { failure } from './failure.ts'
import { answer } from './page.ts'
import { redirect } from './paths.ts'
import { appNameOf, flowOf } from './session.ts'
import { signInPage, type SignInOptions } from './sign-in.ts'

export function addSignInRoutes(widget: Hono, ctx: Context): void {
  widget.get('/session/:id/sign-in', async (c) => {
    const state = c.req.query('state')
    const found = await signInForm(c, state)
    if (found instanceof Response) return found
    if ('outcome' in found) return ended(c, found)
    return showForm(c, found, { state: state!, problem: null, missing: [], typed: {} })
  })

  widget.post('/session/:id/sign-in', async (c) => {
    const site = c.req.header('sec-fetch-site')
    const body = Object.fromEntries(new URLSearchParams(await boundedText(c)))
    const found = await signInForm(c, site === undefined || site === 'same-origin' ? body.state : undefined)
    if (found instanceof Response) return found
    if ('outcome' in found) return ended(c, found)
    const end = body.do === 'cancel' ? await leaveForm(ctx, found) : await submitForm(ctx, found, body)
    if ('problem' in end) return showForm(c, found, { state: body.state!, ...end, typed: body })
    return ended(c, end)
  })

  async function signInForm(c: Request, state: string | undefined): Promise<SignInForm | FlowEnd | Response> {
    try {
      return await openForm(ctx, { flowId: c.req.param('id') ?? '', state, cookies: getCookie(c) })
    } catch (error) {
      if (!(error instanceof ApiError) || error.status >= 500) throw error
      const flow = await flowOf(ctx, c.req.param('id') ?? '')
      const connector = flow === null ? null : connectorOf(flow)
      return failure(ctx, c, null, flow, languageOf(c, flow?.language), error.code, connector)
    }
  }

  async function showForm(
    c: Request,
    form: SignInForm,
    options: Omit<SignInOptions, 'language' | 'form'>,
  ): Promise<Response> {
    const language = languageOf(c, form.flow.language)
    return answer(c, options.problem === null ? 200 : 422, {
      language,
      title: language.text.signInTitle(form.provider.name),
      appName: await appNameOf(ctx, form.flow.environment_id),
      languagePath: null,
      body: signInPage({ ...options, language, form }),
    })
  }

  /** On to the app's own page by a link's redirect, or to one of ours. */
  function ended(c: Request, { flow, reason, outcome, redirectUrl }: FlowEnd): Response | Promise<Response> {
    const query = new URLSearchParams({ user_id: flow.user_id, resource: flow.provider })
    if (reason !== null) query.set('reason', reason)
    const page = outcome === 'connected' ? 'success' : 'failure'
    const own = `/session/${encodeURIComponent(flow.session_id ?? flow.id)}/${page}?${query}`
    if (redirectUrl === null) return redirect(c, own, 303)
    // Browsers block a form post that is redirected to another origin: a page of ours goes on by itself.
    c.header('refresh', `0; url=${redirectUrl}`)
    const language = languageOf(c, flow.language)
    const connector = connectorOf(flow)
    const title =
      outcome === 'connected' ? language.text.doneTitle(connector?.name ?? flow.provider) : language.text.pageTitle
    return answer(c, 200, {
      language,
      title,
      appName: null,
      languagePath: null,
      body: html`<h1>${title}</h1>
        <p><a class="button primary" href="${redirectUrl}">${language.text.goOn}</a></p>`,
    })
  }
}

/** A form of a few fields: more is not read. */
async function boundedText(c: Request): Promise<string> {
  return Buffer.from(await readBytes(c.req.raw, 20_000)).toString('utf8')
}
