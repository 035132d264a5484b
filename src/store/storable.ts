// Text that a database can hold. PostgreSQL refuses U+0000, and SQLite ends a text there when it comes out of JSON; providers'
// ids, file names and the errors about broken bodies may hold it. What is stored and what is looked for are changed alike.

export function storable(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text
}

/** For SQL that takes rows, or lists of keys, as one parameter. */
export function storableJson(rows: unknown): string {
  const json = JSON.stringify(rows)
  if (!json.includes('\\u0000')) return json
  return JSON.stringify(rows, (_, value: unknown) => (typeof value === 'string' ? storable(value) : value))
}
