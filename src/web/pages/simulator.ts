// The payload simulator: what an event of any type looks like, and sending one.
import { html } from 'hono/html'
import { listDestinations } from '../../api/admin/destinations.ts'
import { generate, GenerateInput, type GeneratedView } from '../../api/admin/generate.ts'
import { listSources } from '../../api/admin/sources.ts'
import { listUsers } from '../../api/admin/users.ts'
import { parseInput } from '../../api/http/validate.ts'
import { DATA_TYPES, isDataType } from '../../model/data-type.ts'
import { localDayOf } from '../../model/local-day.ts'
import { ApiError } from '../../platform/errors.ts'
import { noProblems, type Problems, problemsOf } from '../form-problems.ts'
import { page } from '../layout.ts'
import { field, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { jsonView } from '../parts/json.ts'
import { bytes, codeBlock, empty, notice, plural } from '../parts/show.ts'
import { type Form, formText, readForm } from '../query.ts'
import { type App, type Call, done } from '../view.ts'

const FIELDS = ['type', 'provider', 'user_id', 'reference_id', 'person', 'day', 'count', 'destination_id'] as const
const DEFAULT_PERSON = 'sample'

export function simulatorPages(app: App): void {
  // Every choice stands in the address: the same address shows the same data.
  app.get('/dashboard/simulator', (c) => simulatorPage(c, queryForm(c), noProblems))

  app.post('/dashboard/simulator', async (c) => {
    const { ctx, environment } = c.get('view')
    const form = await readForm(c)
    try {
      const sent = await generate(ctx, environment, { ...inputOf(c, form), send: true })
      const where =
        sent.delivery_ids.length === 0
          ? 'No destination wants this type, so it went nowhere yet.'
          : `It is on its way to ${plural(sent.delivery_ids.length, 'destination')}.`
      return done(c, `/dashboard/events/${sent.event_id}`, `Sent. ${where}`)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return simulatorPage(c, form, problemsOf(error, FIELDS))
    }
  })
}

function queryForm(c: Call): Form {
  return Object.fromEntries(Object.entries(c.req.queries()))
}

function inputOf(c: Call, form: Form) {
  const userId = formText(form, 'user_id')
  const { ctx } = c.get('view')
  const count = formText(form, 'count')
  const asked = formText(form, 'type') ?? 'sleep'
  return parseInput(
    GenerateInput,
    {
      type: isDataType(asked) ? asked : 'sleep',
      provider: userId === undefined ? formText(form, 'provider') : undefined,
      user_id: userId,
      reference_id: userId === undefined ? formText(form, 'reference_id') : undefined,
      person: formText(form, 'person') ?? DEFAULT_PERSON,
      day: formText(form, 'day') ?? localDayOf(ctx.clock.now(), null),
      count: count === undefined ? undefined : Number(count),
      destination_id: formText(form, 'destination_id'),
    },
    'form',
  )
}

async function simulatorPage(c: Call, form: Form, problems: Problems): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const preview = await previewOf(c, form)
  const found = preview instanceof ApiError ? problemsOf(preview, FIELDS) : problems
  return page(c, {
    section: 'simulator',
    title: 'Simulator',
    lead: 'Makes up an event of any type, as a receiver would get it. The same choices make the same records.',
    status: problems === noProblems ? 200 : 422,
    body: html`<div class="split">
      <section class="card" aria-labelledby="choices">
        <header><h2 id="choices">What to make</h2></header>
        <div class="body">
          ${found.general === null ? '' : notice('err', found.general, 'alert')}
          <form class="form" method="get" action="/dashboard/simulator" id="choose">
            ${await choices(c, form, found)}
            <div class="row"><button>Show it</button></div>
          </form>
          <hr />
          ${postForm(
            csrf,
            '/dashboard/simulator',
            html`${FIELDS.filter((name) => name !== 'destination_id').map((name) => html`<input type="hidden" name="${name}" value="${formText(form, name) ?? ''}" />`)}
              ${field({
                name: 'destination_id',
                label: 'Send it to',
                value: formText(form, 'destination_id') ?? '',
                problem: found.fields.destination_id,
                options: [
                  ['', 'every destination that wants it'],
                  ...(await listDestinations(ctx, environment)).data.map(
                    (row) => [row.id, `${row.name} (${row.target})`] as const,
                  ),
                ],
                hint: 'What is shown is sent; someone made up gets a new user_id each time. Nothing is stored as a record.',
              })}
              <div class="row"><button class="primary">Send it</button></div>`,
            'form',
          )}
        </div>
      </section>
      <section class="card" aria-labelledby="preview">
        <header>
          <h2 id="preview">What a receiver gets</h2>
          ${preview instanceof ApiError ? '' : html`<p>${bytes(Buffer.byteLength(JSON.stringify(preview.event)))}</p>`}
        </header>
        ${
          preview instanceof ApiError
            ? empty('There is nothing to show for these choices. Change what is marked on the left.')
            : html`<div class="body">
                ${jsonView(JSON.stringify(preview.event), 'The event')}
                <details>
                  <summary>The same as a command</summary>
                  ${codeBlock(command(form), 'command')}
                </details>
              </div>`
        }
      </section>
    </div>`,
  })
}

async function previewOf(c: Call, form: Form): Promise<GeneratedView | ApiError> {
  const { ctx, environment } = c.get('view')
  try {
    return await generate(ctx, environment, { ...inputOf(c, form), send: false })
  } catch (error) {
    if (error instanceof ApiError) return error
    throw error
  }
}

async function choices(c: Call, form: Form, problems: Problems): Promise<Html> {
  const { ctx, environment } = c.get('view')
  const [sources, users] = await Promise.all([
    listSources(ctx, environment),
    listUsers(ctx, environment, { limit: 50 }),
  ])
  const userId = formText(form, 'user_id') ?? ''
  return html`<div class="fields">
      ${field({ name: 'type', label: 'Type', value: formText(form, 'type') ?? 'sleep', sends: true, options: DATA_TYPES.map((type) => [type, type] as const), problem: problems.fields.type })}
      ${field({ name: 'provider', label: 'Looks like it came from', value: formText(form, 'provider') ?? '', sends: true, options: [['', userId === '' ? 'the first source' : 'the user’s own source'], ...sources.data.map((source) => [source.provider, source.name] as const)], problem: problems.fields.provider })}
      ${field({ name: 'day', label: 'Day', type: 'date', value: formText(form, 'day') ?? localDayOf(ctx.clock.now(), null), sends: true, problem: problems.fields.day })}
      ${field({ name: 'count', label: 'Days in a row', type: 'number', min: 1, max: 31, value: formText(form, 'count') ?? '1', problem: problems.fields.count })}
    </div>
    ${field({ name: 'user_id', label: 'About', value: userId, sends: true, options: [['', 'someone made up'], ...users.data.map((user) => [user.user_id, `${user.reference_id ?? user.user_id} (${user.provider})`] as const)], problem: problems.fields.user_id })}
    ${userId === '' ? field({ name: 'reference_id', label: 'Their reference_id', value: formText(form, 'reference_id') ?? '', problem: problems.fields.reference_id }) : ''}
    ${field({ name: 'person', label: 'Seed', value: formText(form, 'person') ?? DEFAULT_PERSON, hint: 'Any word. The same word is the same body, on every machine.', problem: problems.fields.person })}`
}

function command(form: Form): string {
  const parts = ['npx loam generate', shellWord(formText(form, 'type') ?? 'sleep')]
  const provider = formText(form, 'provider')
  if (provider !== undefined) parts.push('--provider', shellWord(provider))
  return `${parts.join(' ')} --send`
}

function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
