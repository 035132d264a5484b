// Asking for history, and how far it is.
import { html } from 'hono/html'
import type { JobView } from '../../api/admin/jobs.ts'
import type { UserDetailView } from '../../api/admin/users.ts'
import { DATA_TYPES } from '../../model/data-type.ts'
import { addDays, localDayOf } from '../../model/local-day.ts'
import type { Problems } from '../form-problems.ts'
import { checkbox, field, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { moment, notice } from '../parts/show.ts'
import { jobState } from '../parts/states.ts'
import { type Form, formText } from '../query.ts'
import type { Call } from '../view.ts'

export function isRunning(jobs: readonly JobView[]): boolean {
  return jobs.some((job) => job.state === 'pending' || job.state === 'running')
}

export function history(
  c: Call,
  csrf: string,
  path: string,
  user: UserDetailView,
  jobs: readonly JobView[],
  form: Form,
  problems: Problems,
): Html {
  const today = localDayOf(c.get('view').ctx.clock.now(), user.time_zone)
  return html`<section class="card" aria-labelledby="history">
    <header><h2 id="history">Ask for history</h2></header>
    <div class="body">
      ${problems.general === null ? '' : notice('err', problems.general, 'alert')}
      ${postForm(
        csrf,
        `${path}/backfill`,
        html`<div class="fields">
            ${field({ name: 'start_date', label: 'From', type: 'date', value: formText(form, 'start_date') ?? addDays(today, -29), problem: problems.fields.start_date })}
            ${field({ name: 'end_date', label: 'To', type: 'date', value: formText(form, 'end_date') ?? today, problem: problems.fields.end_date })}
          </div>
          <fieldset>
            <legend>Types</legend>
            <p class="hint">None ticked means all that the source gives.</p>
            <div class="choices">
              ${DATA_TYPES.map((type) => checkbox({ name: 'types', value: type, label: type, checked: form.types?.includes(type) ?? false }))}
            </div>
          </fieldset>
          <div class="row"><button class="primary">Ask for these days</button></div>`,
        'form',
      )}
      ${
        jobs.length === 0
          ? ''
          : html`<hr />
              <h3>Lately</h3>
              <ul class="stack jobs" data-live ${isRunning(jobs) ? html`data-every="2000"` : ''}>
                ${jobs.map((job) => jobRow(csrf, path, job))}
              </ul>`
      }
    </div>
  </section>`
}

function jobRow(csrf: string, path: string, job: JobView): Html {
  const open = job.state === 'pending' || job.state === 'running'
  return html`<li class="stack tight" data-id="${job.id}">
    <div class="row between">
      <span>${job.kind} <span class="small">${moment(job.created_at)}</span></span
      >${jobState(job)}
    </div>
    ${progress(job)} ${job.last_error === null ? '' : html`<p class="small">${job.last_error}</p>`}
    ${open && job.kind === 'backfill' ? postButton(csrf, `/dashboard/jobs/${job.id}/cancel`, 'Stop', { className: 'dense', fields: { back: path } }) : ''}
  </li>`
}

export function progress(job: JobView): Html | '' {
  if (job.progress === null) return ''
  const { done, total, unit } = job.progress
  return html`<div>
    <progress value="${done}" max="${Math.max(total, 1)}" aria-label="${job.kind}"></progress
    ><span class="small">${done} of ${total}${unit === undefined ? '' : ` ${unit}`}</span>
  </div>`
}
