// JSON in privacy mode: what happened to whom stays, what it says of a body does not.
const MASK = '•••'

/** Fields of an event beside its data, none of which is a value. What is not here is masked: also what is added one day. */
const PLAIN = new Set([
  'creation_timestamp',
  'data_type',
  'day',
  'destination',
  'end_date',
  'expected_payloads',
  'expires_in',
  'failing_since',
  'flow_id',
  'last_error',
  'message',
  'new_user',
  'old_user',
  'payload_reference',
  'provider',
  'reason',
  'reference',
  'reference_id',
  'retrying_at',
  'scopes_added',
  'scopes_removed',
  'sent_webhooks_last_hour',
  'start_date',
  'state',
  'status',
  'summary_id',
  'trend_percentage',
  'type',
  'user',
  'user_id',
  'version',
  'widget_session_id',
])

/** An event as its receiver gets it. What is no JSON object is masked whole. */
export function maskedEvent(text: string): string {
  const event = parsed(text)
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return unquoted(masked(event))
  const shown = Object.entries(event).map(([name, value]) => [name, PLAIN.has(name) ? value : masked(value)])
  return unquoted(Object.fromEntries(shown))
}

/** Fields and how many there are of each; of a time its day. */
export function maskedRecords(records: readonly unknown[]): string {
  return unquoted(masked(records))
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

function masked(value: unknown): unknown {
  if (value === null) return null
  if (Array.isArray(value)) return value.map(masked)
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner)]))
  }
  const day = typeof value === 'string' ? /^\d{4}-\d\d-\d\d(?=T|$)/.exec(value)?.[0] : undefined
  return day === undefined ? MASK : `${day} ${MASK}`
}

/** Without the quotes that would call it text. */
function unquoted(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(`"${MASK}"`, MASK)
}
