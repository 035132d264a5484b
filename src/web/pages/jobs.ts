// Reading from the providers: what waits, runs, failed.
import { html } from 'hono/html'
import { cancelJob, resumeJob, type JobView, listJobs } from '../../api/admin/jobs.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { field, postButton } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { empty, moment, plural } from '../parts/show.ts'
import { jobState } from '../parts/states.ts'
import { formText, queryText, readForm, withQuery } from '../query.ts'
import { type App, done, refused } from '../view.ts'
import { progress } from './user-history.ts'

const EVERY_MS = 2000
const SOON_MS = 60_000
const STATES = ['pending', 'running', 'done', 'failed', 'cancelled'] as const

export function jobPages(app: App): void {
  app.get('/dashboard/jobs', async (c) => {
    const { ctx, environment, csrf } = c.get('view')
    const state = STATES.find((value) => value === queryText(c, 'state'))
    const cursor = queryText(c, 'cursor')
    const kind = queryText(c, 'kind')
    const jobs = await listJobs(ctx, environment, { state, kind, cursor })
    const moving = jobs.data.some((job) => isMoving(job, ctx.clock.now()))
    return page(c, {
      section: 'jobs',
      title: 'Jobs',
      lead: 'Reading from the sources: notifications, regular looks, history. Newest first. What is done is shown for an hour, history and failures for a week.',
      live: moving ? 'asking' : null,
      body: html`<form class="filters" method="get" role="search" aria-label="Filter jobs">
          ${field({
            name: 'state',
            label: 'State',
            value: state ?? '',
            sends: true,
            options: [
              ['', 'Any state'],
              ['pending', 'Waiting'],
              ['running', 'Running'],
              ['failed', 'Failed'],
              ['done', 'Done'],
              ['cancelled', 'Stopped'],
            ],
          })}
          ${field({ name: 'kind', label: 'Kind', value: kind ?? '', placeholder: 'backfill, read …' })}
          <div class="row"><button>Filter</button></div>
        </form>
        <div class="card">
          ${
            jobs.data.length === 0
              ? empty(
                  state === undefined && kind === undefined
                    ? 'No work yet. It begins when someone connects.'
                    : 'No job fits these filters.',
                )
              : html`<div class="table">
                    <table class="reflow">
                      <thead>
                        <tr>
                          <th scope="col">Kind</th>
                          <th scope="col">State</th>
                          <th scope="col">Progress</th>
                          <th scope="col">User</th>
                          <th scope="col" class="number">Tries</th>
                          <th scope="col">Next</th>
                          <th scope="col">Made</th>
                          <th scope="col"><span class="visually-hidden">Action</span></th>
                        </tr>
                      </thead>
                      <tbody data-live ${moving ? html`data-every="${EVERY_MS}"` : ''}>
                        ${jobs.data.map((job) => row(csrf, job))}
                      </tbody>
                    </table>
                  </div>
                  <div class="pager">
                    <span class="small">${plural(jobs.data.length, 'job')} shown</span
                    >${jobs.next_cursor === null ? '' : html`<a class="button dense" href="${withQuery(c, { cursor: jobs.next_cursor })}">Older</a>`}
                  </div>`
          }
        </div>`,
    })
  })

  app.post('/dashboard/jobs/:id/resume', async (c) => {
    const { ctx, environment } = c.get('view')
    try {
      await resumeJob(ctx, environment, { job_id: c.req.param('id') })
      return done(c, '/dashboard/jobs', 'It goes on where it stopped.')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      return refused(c, '/dashboard/jobs', sentence(error.message))
    }
  })

  app.post('/dashboard/jobs/:id/cancel', async (c) => {
    const { ctx, environment } = c.get('view')
    const back = formText(await readForm(c), 'back') ?? ''
    const path = /^\/dashboard\/[\w/-]+$/.test(back) ? back : '/dashboard/jobs'
    try {
      await cancelJob(ctx, environment, { job_id: c.req.param('id') })
      return done(c, path, 'Stopped. What was read already stays.')
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 409) throw error
      return refused(c, path, sentence(error.message))
    }
  })
}

/** One that waits for hours moves nothing: a page that is left open does not ask for it every other second. */
function isMoving({ state, next_at: at }: JobView, now: number): boolean {
  return state === 'running' || (state === 'pending' && at !== null && Date.parse(at) <= now + SOON_MS)
}

function action(csrf: string, job: JobView): Html | '' {
  const at = `/dashboard/jobs/${job.id}`
  if (job.state === 'pending' || job.state === 'running') {
    return postButton(csrf, `${at}/cancel`, 'Stop', { className: 'dense' })
  }
  const stopped = job.state === 'failed' || job.state === 'cancelled'
  return stopped ? postButton(csrf, `${at}/resume`, 'Go on', { className: 'dense' }) : ''
}

function row(csrf: string, job: JobView): Html {
  return html`<tr data-id="${job.id}">
    <td>${job.kind}</td>
    <td>${jobState(job)}${job.last_error === null ? '' : html`<div class="small">${job.last_error}</div>`}</td>
    <td>${progress(job)}</td>
    <td class="cut">
      ${job.user_id === null ? '' : html`<a href="/dashboard/users/${job.user_id}">${job.user_id.slice(0, 8)}</a>`}
    </td>
    <td class="number" data-label="Tries">${job.attempts}</td>
    <td>${job.next_at === null ? '' : moment(job.next_at)}</td>
    <td>${moment(job.created_at)}</td>
    <td>${action(csrf, job)}</td>
  </tr>`
}
