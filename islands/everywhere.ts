// On every page of the dashboard: copy buttons, local times, menus that close, forms that send themselves.
document.documentElement.classList.add('js')

document.addEventListener('click', (event) => {
  const target = event.target as Element
  const button = target.closest<HTMLButtonElement>('button[data-copy]')
  if (button !== null) void copy(button)
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    if (!menu.contains(target)) menu.open = false
  }
})

document.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return
  for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu[open]')) {
    menu.open = false
    menu.querySelector('summary')?.focus()
  }
})

document.addEventListener('change', (event) => {
  const field = event.target as HTMLElement
  if (field.dataset.send !== undefined) field.closest('form')?.requestSubmit()
})

// A second press of a button would do the thing twice.
document.addEventListener('submit', (event) => {
  const form = event.target as HTMLFormElement
  if (form.method !== 'post') return
  const button = event.submitter as HTMLButtonElement | null
  setTimeout(() => button?.setAttribute('disabled', ''))
})
// Coming back by the browser's history shows the page as it was left.
addEventListener('pageshow', (event) => {
  if (!event.persisted) return
  for (const button of document.querySelectorAll('button[disabled]')) button.removeAttribute('disabled')
})

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = document.getElementById(button.dataset.copy!)
  const text = source?.dataset.text ?? source?.textContent ?? ''
  const label = button.querySelector('span')
  if (label === null) return
  const before = label.textContent
  try {
    await navigator.clipboard.writeText(text)
    label.textContent = 'Copied'
  } catch {
    // Not allowed here (no HTTPS): mark the text, so that the keyboard can copy it.
    if (source !== null) getSelection()?.selectAllChildren(source)
    label.textContent = 'Press Ctrl+C'
  }
  setTimeout(() => (label.textContent = before), 2000)
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })

function showTimes(): void {
  for (const element of document.querySelectorAll<HTMLTimeElement>('time[data-relative]')) {
    const at = Date.parse(element.dateTime)
    const seconds = Math.round((at - Date.now()) / 1000)
    const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
    const text = Math.abs(seconds) < 5 ? 'now' : relative.format(Math.round(seconds / size), unit)
    if (element.textContent !== text) element.textContent = text
    element.title = `${clock.format(at)} here, ${new Date(at).toISOString()}`
  }
}
showTimes()
setInterval(showTimes, 10_000)
addEventListener('loam:rows', showTimes)
