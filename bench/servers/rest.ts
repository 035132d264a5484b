// The product as it is started, with some weeks of one person at Garmin stored: their days are asked for over REST.
import { daysBetween } from '../../src/model/local-day.ts'
import { putCoverage } from '../../src/store/coverage.ts'
import { serveContestant } from '../lib/contestant.ts'
import { garminPushes } from '../lib/events.ts'
import { people } from './people.ts'
import { API_KEY, DEV_ID, startProduct } from './product.ts'

/** Of pushes as `garminPushes` makes them for one person. */
const FIRST = '1990-01-01'
const LAST = '1990-01-28'

const { running, hook, clientId, stop } = await startProduct()
const { ctx, environment } = running
// What is measured is no limit of its own.
await ctx.db.run(`UPDATE environments SET settings = '{"api_requests_per_minute":null}'`)
const [person] = await people(ctx, environment.id, 1)
const days = daysBetween(FIRST, LAST)
const pushes = garminPushes(1)
for (const i of days.keys()) {
  const headers = { 'content-type': 'application/json', 'garmin-client-id': clientId }
  const response = await fetch(hook, { method: 'POST', headers, body: pushes.text(i) })
  if (response.status !== 200) throw new Error(`a push was answered ${response.status}`)
}
// As after history was asked for: nobody asks the provider for these days.
await ctx.db.batch(putCoverage(person!.user_id, 'daily', days, { at: Date.now(), whole: true, now: Date.now() }))
serveContestant(
  {
    url: ctx.internalUrl,
    path: `/v2/daily?user_id=${person!.user_id}&to_webhook=false`,
    headers: { 'dev-id': DEV_ID, 'x-api-key': API_KEY },
  },
  stop,
)
