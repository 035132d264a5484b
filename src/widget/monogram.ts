// A neutral mark for each provider, drawn from its name: trade marks are the operator's to add, not ours to ship.

// Each carries white letters at 4.5:1 or more and stands on light and dark paper alike.
const INKS = ['#2f6b5d', '#355f8c', '#6a4f8f', '#8a4a5e', '#7d5426', '#4d6a2c', '#2a6d7c', '#6b5a4a']

/** One or two letters: the initials of several words, else the first two letters of the only one. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const [first = '?', second] = words
  if (second !== undefined) return letters(first)[0]!.toUpperCase() + letters(second)[0]!.toUpperCase()
  const [a = '?', b = ''] = letters(first)
  return a.toUpperCase() + b.toLowerCase()
}

export function monogram(id: string, name: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40" width="40" height="40" role="img">
<title>${escapeXml(name)}</title>
<rect width="40" height="40" rx="11" fill="${INKS[number(id) % INKS.length]}"/>
<text x="20" y="26" text-anchor="middle" font-family="system-ui, sans-serif" font-size="17" font-weight="650" fill="#fff">${escapeXml(initials(name))}</text>
</svg>`
}

function letters(word: string): string[] {
  return [...word]
}

/** The same for the same id, everywhere and always. */
function number(id: string): number {
  let sum = 0
  for (const character of id) sum = (sum * 31 + character.codePointAt(0)!) % 65_521
  return sum
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)
}
