// `/docs`: the API reference, rendered from the OpenAPI document.
import { readFileSync } from 'node:fs'
import type { Hono } from 'hono'
import { html } from 'hono/html'
import { ERROR_CODES } from '../http/error-codes.ts'
import type { FrameEnv } from '../http/frame.ts'
import type { JsonObject } from '../openapi.ts'
import { curlOf } from './curl.ts'
import { type Html, page, prose } from './page.ts'
import { defaultOf, schemaView, typeOf } from './schema-view.ts'

interface Entry {
  method: string
  path: string
  operation: JsonObject
}

export function mountDocs(app: Hono<FrameEnv>, document: JsonObject): void {
  const style = readFileSync(new URL('./docs.css', import.meta.url), 'utf8')
  const entries = entriesOf(document)
  const byId = new Map(entries.map((entry) => [String(entry.operation.operationId), entry]))
  const { schemas } = document.components as { schemas: Record<string, JsonObject> }
  const serverUrl = String((document.servers as JsonObject[])[0]!.url)

  app.get('/docs/docs.css', (c) => c.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }))
  app.get('/docs', () => page('Reference', overview(document, entries, serverUrl)))
  app.get('/docs/operations/:id', (c) => {
    const entry = byId.get(c.req.param('id'))
    return entry === undefined ? notFound() : page(String(entry.operation.summary), operationPage(entry, serverUrl))
  })
  app.get('/docs/schemas', () => page('Schemas', schemaList(schemas)))
  app.get('/docs/schemas/:name', (c) => {
    const name = c.req.param('name')
    const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined
    return schema === undefined
      ? notFound()
      : page(
          name,
          html`<h1>${name}</h1>
            ${schemaView(schema)}`,
        )
  })
  app.get('/docs/events', () => page('Events', eventList(document)))
  app.get('/docs/errors', () => page('Errors', errorList()))
}

function notFound(): Promise<Response> {
  return page(
    'Not found',
    html`<h1>There is no such page</h1>
      <p><a href="/docs">All of the reference</a></p>`,
    404,
  )
}

function entriesOf(document: JsonObject): Entry[] {
  return Object.entries(document.paths as Record<string, Record<string, JsonObject>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  )
}

function overview(document: JsonObject, entries: Entry[], serverUrl: string): Html {
  const tags = document.tags as { name: string; description: string }[]
  return html`<h1>API reference</h1>
    <p>${prose(String((document.info as JsonObject).description))}</p>
    <h2>Calling it</h2>
    <p>
      Terra's SDKs take <code>${serverUrl}/v2</code> as their base URL. Each call carries the headers
      <code>dev-id</code> and <code>x-api-key</code> of one environment; calls of <code>/admin/v1</code> carry
      <code>Authorization: Bearer</code> and the admin token.
    </p>
    <pre
      tabindex="0"
    ><code>${curlOf({ method: 'POST', path: '/v2/auth/generateWidgetSession', auth: 'apiKey', serverUrl, hasBody: true })}</code></pre>
    ${tags.map((tag) => {
      const own = entries.filter(({ operation }) => (operation.tags as string[]).includes(tag.name))
      return own.length === 0
        ? ''
        : html`<h2>${tag.name}</h2>
            <p>${prose(tag.description)}</p>
            <ul class="plain">
              ${own.map(
                ({ method, path, operation }) =>
                  html`<li>
                    <a href="/docs/operations/${String(operation.operationId)}"
                      ><span class="method">${method}</span><code>${path}</code></a
                    >
                    <span class="note">${String(operation.summary)}</span>
                  </li>`,
              )}
            </ul>`
    })}`
}

function operationPage({ method, path, operation }: Entry, serverUrl: string): Html {
  const parameters = (operation.parameters ?? []) as JsonObject[]
  const body = operation.requestBody as JsonObject | undefined
  const bodySchema = body && contentSchema(body)
  const responses = Object.entries(operation.responses as Record<string, JsonObject>)
  const auth = authOf(operation)
  return html`<h1>${String(operation.summary)}</h1>
    <p><span class="method">${method}</span> <code>${path}</code></p>
    ${typeof operation.description === 'string' ? html`<p>${prose(operation.description)}</p>` : ''}
    <p class="note">${AUTH_WORDS[auth]}</p>
    <pre
      tabindex="0"
    ><code>${curlOf({ method, path: pathOf(path, parameters), auth, serverUrl, hasBody: body !== undefined })}</code></pre>
    ${
      parameters.length === 0
        ? ''
        : html`<h2>Parameters</h2>
            <dl>
              ${parameters.map(
                (parameter) =>
                  html`<dt>
                      <code>${String(parameter.name)}</code>
                      <span class="type"
                        >${String(parameter.in)},
                        ${typeOf(parameter.schema as JsonObject)}${
                          parameter.required === true ? ', required' : ''
                        }${defaultOf(parameter.schema as JsonObject)}</span
                      >
                    </dt>
                    <dd>${prose(String(parameter.description ?? ''))}</dd>`,
              )}
            </dl>`
    }
    ${
      bodySchema === undefined
        ? ''
        : html`<h2>Body</h2>
            ${bodySection(bodySchema)}`
    }
    <h2>Answers</h2>
    ${responses.map(([status, response]) => {
      const schema = contentSchema(response)
      if (typeof response.$ref === 'string') {
        return html`<h3>Any error</h3>
          <p>As <a href="/docs/schemas/Problem">Problem</a>; see <a href="/docs/errors">all codes</a>.</p>`
      }
      return html`<h3>${status}</h3>
        <p>${prose(String(response.description))}</p>
        ${schema === undefined ? '' : bodySection(schema)}`
    })}`
}

/** With the query that cannot be left out. */
function pathOf(path: string, parameters: JsonObject[]): string {
  const required = parameters.filter((parameter) => parameter.in === 'query' && parameter.required === true)
  const query = required.map(({ name }) => `${String(name)}=<${String(name)}>`).join('&')
  return query === '' ? path : `${path}?${query}`
}

function bodySection(schema: JsonObject): Html {
  return typeof schema.$ref === 'string' ? html`<p>${typeOf(schema)}</p>` : schemaView(schema)
}

function contentSchema(holder: JsonObject): JsonObject | undefined {
  const [media] = Object.values((holder.content ?? {}) as Record<string, JsonObject>)
  return media?.schema as JsonObject | undefined
}

const AUTH_WORDS = {
  apiKey: 'Needs the headers dev-id and x-api-key.',
  admin: 'Needs the admin token, or a dashboard session.',
  none: 'Needs no credentials.',
}

function authOf(operation: JsonObject): keyof typeof AUTH_WORDS {
  const [first] = operation.security as JsonObject[]
  if (first === undefined) return 'none'
  return 'apiKey' in first ? 'apiKey' : 'admin'
}

function schemaList(schemas: Record<string, JsonObject>): Html {
  return html`<h1>Schemas</h1>
    <ul class="plain">
      ${Object.entries(schemas).map(
        ([name, schema]) =>
          html`<li>
            <a href="/docs/schemas/${name}">${name}</a>
            <span class="note">${prose(String(schema.description ?? ''))}</span>
          </li>`,
      )}
    </ul>`
}

function eventList(document: JsonObject): Html {
  const events = Object.entries(document.webhooks as Record<string, { post: JsonObject }>)
  return html`<h1>Events</h1>
    <p>
      What a destination receives: one JSON document for each thing that happened. A webhook gets it as a POST whose
      header <code>terra-signature</code> is <code>t=&lt;unix seconds&gt;,v1=&lt;hex&gt;</code>, the HMAC-SHA256 of the
      time, a dot and the body under your signing secret.
    </p>
    <ul class="plain">
      ${events.map(
        ([name, { post }]) =>
          html`<li><a href="/docs/schemas/${name}">${name}</a> <span class="note">${String(post.summary)}</span></li>`,
      )}
    </ul>`
}

function errorList(): Html {
  return html`<h1>Errors</h1>
    <p>
      Every error is a <a href="/docs/schemas/Problem">Problem</a>. Programs look at <code>code</code>, which is stable;
      name <code>reference</code> when you report one.
    </p>
    ${Object.entries(ERROR_CODES).map(
      ([code, { statuses, meaning, remedy }]) =>
        html`<h2 id="${code}"><code>${code}</code></h2>
          <p class="note">HTTP ${statuses.join(', ')}</p>
          <p>${prose(meaning)}</p>
          <p>${prose(remedy)}</p>`,
    )}`
}
