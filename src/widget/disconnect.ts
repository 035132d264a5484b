// Ending a connection from the widget, when the app asked for that with `show_disconnect`.
import { html } from 'hono/html'
import type { ConnectionRow } from '../store/connections.ts'
import type { Language } from './language.ts'
import type { Html } from './page.ts'

export function disconnectPage(
  { text }: Language,
  connection: ConnectionRow,
  providerName: string,
  sessionPath: string,
): Html {
  return html`<h1>${text.disconnectTitle(providerName)}</h1>
    <p>${text.disconnectText(providerName)}</p>
    <div class="actions">
      <form method="post" action="${sessionPath}/disconnect/${connection.user_id}">
        <button class="button danger">${text.disconnectConfirm(providerName)}</button>
      </form>
      <a class="button" href="${sessionPath}">${text.keep}</a>
    </div>`
}
