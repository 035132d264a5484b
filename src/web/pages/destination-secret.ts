// A new signing secret for one destination.
import { html } from 'hono/html'
import { rotateDestinationSecret } from '../../api/admin/destination-secret.ts'
import type { DestinationView } from '../../api/admin/destinations.ts'
import { confirmed, field, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { copyField, moment } from '../parts/show.ts'
import { formText, readForm } from '../query.ts'
import type { Call } from '../view.ts'
import { OVERLAPS } from './keys.ts'

/** Answered with the page itself: a redirect would have to carry the secret. */
export async function rotate(c: Call): Promise<string> {
  const { ctx, environment } = c.get('view')
  const text = formText(await readForm(c), 'overlap_seconds')
  const [overlap] = OVERLAPS.find(([value]) => value === text) ?? OVERLAPS[0]
  const made = await rotateDestinationSecret(ctx, environment, {
    destination_id: c.req.param('id')!,
    overlap_seconds: Number(overlap),
  })
  return made.signing_secret
}

/** Nothing where nothing is signed. */
export function secretPart(csrf: string, row: DestinationView, made: string | null): Html | '' {
  if (!('signing_secret' in row.secrets)) return ''
  return html`<section class="card" aria-labelledby="signing">
    <header><h2 id="signing">Signing secret</h2></header>
    <div class="body">
      ${
        made === null
          ? ''
          : html`<p role="status">The new secret, shown this once. Put it into your receiver.</p>
              ${copyField(made, 'signing secret')}`
      }
      ${
        row.previous_secrets_until === null
          ? ''
          : html`<p>Until ${moment(row.previous_secrets_until)} events are signed with the secret before as well.</p>`
      }
      ${confirmed(
        'Make a new signing secret…',
        'Until the old one ends, each event carries a signature with both, so a receiver can change over without losing one.',
        postForm(
          csrf,
          `/dashboard/destinations/${row.id}/rotate-secret`,
          html`${field({ name: 'overlap_seconds', id: 'secret-overlap', label: 'The old secret', options: OVERLAPS })}
            <div class="row"><button class="danger">Make a new signing secret</button></div>`,
          'form',
        ),
      )}
    </div>
  </section>`
}
