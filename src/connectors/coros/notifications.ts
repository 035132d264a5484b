import { z } from 'zod'
import { parseJson } from '../../platform/json.ts'
import { sameText } from '../../platform/seal.ts'
import { type Change, changesOfEach, type Notifications } from '../connector.ts'
import { fileUrlOf } from './payloads.ts'

const Sport = z.looseObject({
  openId: z.string().min(1),
  labelId: z.union([z.string().min(1), z.number().transform(String)]),
  fitUrl: z.string().nullish(),
  /** As they came: the page is made of them. */
  triathlonItemList: z.array(z.unknown()).nullish(),
})
const Notice = z.object({ sportDataList: z.array(z.unknown()) })

/** COROS sends our own credentials with every notification, and wants its own kind of answer. */
export const notifications: Notifications = {
  accepted: {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: 'ok', result: '0000' }),
  },
  // A look at whether we are there.
  handshake: ({ method }) => (method === 'GET' || method === 'HEAD' ? { status: 200, body: 'ok' } : null),
  verify({ headers }, { client }) {
    const { client: id = '', secret = '' } = headers
    return [sameText(id, client.id), sameText(secret, client.secret)].every(Boolean)
  },
  /** The summary is there already, the file has to be asked for. */
  parse({ body }): Change[] {
    const { sportDataList } = Notice.parse(parseJson(Buffer.from(body).toString('utf8')))
    return changesOfEach(sportDataList, (each) => {
      const { openId: providerUserId, ...sport } = Sport.parse(each)
      const file = (labelId: string, url: string | null | undefined): Change[] =>
        url ? [{ what: 'changed', providerUserId, kind: 'sport', wanted: { hint: { label_id: labelId, url } } }] : []
      return [
        { what: 'page', providerUserId, page: { kind: 'sport', request: { label_id: sport.labelId }, payload: sport } },
        ...file(sport.labelId, sport.fitUrl),
        ...(sport.triathlonItemList ?? []).flatMap((leg, i) => file(`${sport.labelId}-${i}`, fileUrlOf(leg))),
      ]
    })
  },
}
