// What the app behind this environment signs in and verifies with.
import { html } from 'hono/html'
import { type KeysView, revokeKey, rotateKey, rotateSigningSecret, showKeys } from '../../api/admin/keys.ts'
import { ApiError } from '../../platform/errors.ts'
import { sentence } from '../form-problems.ts'
import { page } from '../layout.ts'
import { confirmed, field, postButton, postForm } from '../parts/form.ts'
import type { Html } from '../parts/html.ts'
import { copyField, moment } from '../parts/show.ts'
import { formText, readForm } from '../query.ts'
import { type App, type Call, done, refused } from '../view.ts'

export const OVERLAPS = [
  ['86400', 'The old one works for another day'],
  ['3600', 'The old one works for another hour'],
  ['604800', 'The old one works for another week'],
  ['0', 'The old one ends now'],
] as const

export function keyPages(app: App): void {
  app.get('/dashboard/keys', (c) => keysPage(c, false))
  // An answer to a form, not a redirect: what is revealed must not be reachable by an address. Reloading reveals again.
  app.post('/dashboard/keys/reveal', (c) => keysPage(c, true))

  app.post('/dashboard/keys/rotate', async (c) => {
    const { ctx, environment } = c.get('view')
    const overlap = await overlapOf(c)
    await rotateKey(ctx, environment, { overlap_seconds: overlap })
    return done(
      c,
      '/dashboard/keys',
      `A new API key is made. Show it below and put it into your app. ${ending(overlap)}`,
    )
  })

  app.post('/dashboard/keys/rotate-secret', async (c) => {
    const { ctx, environment } = c.get('view')
    const overlap = await overlapOf(c)
    await rotateSigningSecret(ctx, environment, { overlap_seconds: overlap })
    return done(
      c,
      '/dashboard/keys',
      `A new signing secret is made. Show it below and put it into your receiver. ${overlap === 0 ? 'Events are signed with it alone.' : 'Until the old one ends, events carry both signatures.'}`,
    )
  })

  app.post('/dashboard/keys/:id/revoke', async (c) => {
    const { ctx, environment } = c.get('view')
    try {
      await revokeKey(ctx, environment, { key_id: c.req.param('id') })
      return done(c, '/dashboard/keys', 'That API key no longer works.')
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return refused(c, '/dashboard/keys', sentence(error.message))
    }
  })
}

async function overlapOf(c: Call): Promise<number> {
  const text = formText(await readForm(c), 'overlap_seconds')
  return Number(OVERLAPS.find(([value]) => value === text)?.[0] ?? OVERLAPS[0][0])
}

function ending(overlapSeconds: number): string {
  return overlapSeconds === 0 ? 'The old one no longer works.' : 'The old one goes on working for a while.'
}

async function keysPage(c: Call, reveal: boolean): Promise<Response> {
  const { ctx, environment, csrf } = c.get('view')
  const keys = await showKeys(ctx, environment, { reveal })
  return page(c, {
    section: 'keys',
    title: 'Keys',
    lead: `What an app sends to this API, and verifies our events with. They belong to ${environment.name} alone.`,
    actions: reveal
      ? html`<a class="button" href="/dashboard/keys">Hide</a>`
      : postButton(csrf, '/dashboard/keys/reveal', 'Show keys and secrets', { className: 'primary' }),
    body: html`<div class="split even">
      <div class="stack wide">
        <section class="card" aria-labelledby="dev-id">
          <header><h2 id="dev-id">dev-id</h2></header>
          <div class="body">
            ${copyField(keys.dev_id, 'dev-id')}
            <p class="hint">Names this environment in the header <code>dev-id</code> of every call. Not a secret.</p>
          </div>
        </section>
        <section class="card" aria-labelledby="api-keys">
          <header><h2 id="api-keys">API key</h2></header>
          <div class="body">
            ${keys.api_keys.map((key, i) => html`${i === 0 ? '' : html`<hr />`}${keyPart(csrf, reveal, key, keys.api_keys.length)}`)}
            <p class="hint">
              Sent as the header <code>x-api-key</code>. It belongs on your server, never in an app or a page.
            </p>
            ${confirmed(
              'Make a new API key…',
              'Everything that uses the old key must get the new one before the old one ends.',
              postForm(
                csrf,
                '/dashboard/keys/rotate',
                html`${field({ name: 'overlap_seconds', id: 'key-overlap', label: 'The old key', options: OVERLAPS })}
                  <div class="row"><button class="danger">Make a new API key</button></div>`,
                'form',
              ),
            )}
          </div>
        </section>
      </div>
      <section class="card" aria-labelledby="secrets">
        <header><h2 id="secrets">Signing secret</h2></header>
        <div class="body">
          ${keys.signing_secrets.map((secret, i) => html`${i === 0 ? '' : html`<hr />`}${secretField(secret.signing_secret, 'signing secret', reveal)}${secret.expires_at === null ? '' : html`<p class="small">Ends ${moment(secret.expires_at)}</p>`}`)}
          <p class="hint">
            Verifies that an event came from here: the header <code>terra-signature</code> is
            <code>t=…,v1=HMAC-SHA256(secret, t + "." + body)</code>.
          </p>
          ${confirmed(
            'Make a new signing secret…',
            'Until the old one ends, each event carries a signature with both, so a receiver can change over without losing one.',
            postForm(
              csrf,
              '/dashboard/keys/rotate-secret',
              html`${field({ name: 'overlap_seconds', id: 'secret-overlap', label: 'The old secret', options: OVERLAPS })}
                <div class="row"><button class="danger">Make a new signing secret</button></div>`,
              'form',
            ),
          )}
        </div>
      </section>
    </div>`,
  })
}

/** What is masked is of no use on the clipboard. */
function secretField(value: string, label: string, revealed: boolean): Html {
  return revealed ? copyField(value, label) : html`<p><code>${value}</code> <span class="small">hidden</span></p>`
}

function keyPart(csrf: string, reveal: boolean, key: KeysView['api_keys'][number], count: number): Html {
  return html`<div class="stack">
    ${secretField(key.api_key, 'API key', reveal)}
    <div class="row between">
      <span class="small"
        >Made ${moment(key.created_at)}, last used
        ${moment(key.last_used_at, 'never')}${key.expires_at === null ? '' : html`, ends ${moment(key.expires_at)}`}</span
      >${
        count > 1
          ? postButton(csrf, `/dashboard/keys/${key.id}/revoke`, 'End it now', { className: 'dense danger' })
          : ''
      }
    </div>
  </div>`
}
