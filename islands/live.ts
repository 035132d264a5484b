// Rows that arrive while you look. The stream only says that something is new; the rows come from this same page, so
// there is one place that draws them. Batched, capped, and never under a pointer or a focus.
const BATCH_MS = 250
const MOST_ROWS = 200
// Nothing announces how a delivery ended: look once more when it has had the time.
const SETTLED_MS = 2500
// The server is away, or lets no stream through: ask again after this.
const AGAIN_MS = 5000

const list = document.querySelector<HTMLElement>('[data-live]')
if (list !== null) watch(list)

function watch(list: HTMLElement): void {
  const state = document.querySelector<HTMLElement>('.live')
  const pill = document.querySelector<HTMLButtonElement>('[data-new]')
  let waiting = 0
  let timer = 0
  let later = 0
  let again = 0
  let busy = false
  let source: EventSource | null = null

  if (list.dataset.live !== '') {
    listen()
    addEventListener('pagehide', () => source?.close())
    document.addEventListener('visibilitychange', () => (document.hidden ? source?.close() : void refresh()))
  }
  // A short list that changes for a while (a running job) is simply asked for again.
  else if (list.dataset.every !== undefined) ask(Number(list.dataset.every))
  pill?.addEventListener('click', () => void refresh())

  /** A browser has six connections to a server for all of its tabs: only one that is looked at keeps one. */
  function listen(): void {
    if (document.hidden || (source !== null && source.readyState !== EventSource.CLOSED)) return
    const stream = new EventSource(list.dataset.live!)
    source = stream
    let wasAway = false
    stream.addEventListener('open', () => {
      say('on', 'Live')
      if (wasAway) arrived()
      wasAway = false
    })
    stream.addEventListener('error', () => {
      wasAway = true
      say('off', 'Not live, reconnecting')
      // An answer that is no stream ends it for good, as far as the browser is concerned.
      if (stream.readyState === EventSource.CLOSED) ask(AGAIN_MS)
    })
    for (const name of ['event', 'request']) stream.addEventListener(name, arrived)
  }

  function ask(afterMs: number): void {
    clearTimeout(again)
    again = window.setTimeout(() => void refresh(), afterMs)
  }

  function arrived(): void {
    waiting += 1
    if (timer === 0) timer = window.setTimeout(settle, BATCH_MS)
  }

  function settle(): void {
    timer = 0
    clearTimeout(later)
    later = window.setTimeout(() => isCalm() && void refresh(), SETTLED_MS)
    if (isCalm() || pill === null) return void refresh()
    pill.hidden = false
    pill.textContent = `Show ${waiting} new`
  }

  /** Nothing may move under a pointer or a focus, or above what someone has scrolled to. */
  function isCalm(): boolean {
    return !list.matches(':hover') && !list.contains(document.activeElement) && scrollY <= 200
  }

  async function refresh(): Promise<void> {
    if (busy) return arrived()
    busy = true
    try {
      const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null)
      if (response === null || response.status >= 500) {
        say('off', 'Not live, reconnecting')
        return ask(AGAIN_MS)
      }
      const page = new DOMParser().parseFromString(await response.text(), 'text/html')
      const fresh = page.querySelector<HTMLElement>('[data-live]')
      // The first row takes the place of the words that said there was none. Another tab may have gone to another
      // environment, or signed out: this page shows nothing of it among its own.
      const isOurs = page.body.dataset.environment === document.body.dataset.environment
      if (fresh === null || fresh.tagName !== list.tagName || !isOurs) return location.reload()
      put(fresh)
      if (list.dataset.live === '') say('on', '')
      else listen()
      if (fresh.dataset.every !== undefined) ask(Number(fresh.dataset.every))
      waiting = 0
      if (pill !== null) pill.hidden = true
      for (const part of document.querySelectorAll<HTMLElement>('[data-live-part]')) {
        const other = page.getElementById(part.id)
        if (other !== null && !part.matches(':hover')) part.replaceChildren(...other.childNodes)
      }
      dispatchEvent(new Event('loam:rows'))
    } finally {
      busy = false
    }
  }

  /** New rows on top; known rows are replaced where they stand, because states change. */
  function put(fresh: HTMLElement): void {
    const known = new Map([...list.children].map((row) => [(row as HTMLElement).dataset.id, row]))
    let before: Element | null = list.firstElementChild
    for (const row of [...fresh.children] as HTMLElement[]) {
      const old = known.get(row.dataset.id)
      if (old === undefined) {
        row.classList.add('fresh')
        list.insertBefore(row, before)
      } else {
        before = old.nextElementSibling
        if (old.outerHTML !== row.outerHTML && !old.contains(document.activeElement)) old.replaceWith(row)
      }
    }
    while (list.children.length > MOST_ROWS) list.lastElementChild?.remove()
  }

  function say(value: string, text: string): void {
    if (state === null) return
    state.dataset.state = value
    const words = state.querySelector('span')
    if (words !== null) words.textContent = text
  }
}
