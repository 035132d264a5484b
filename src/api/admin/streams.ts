// Lists that grow while someone looks: new events, new requests in a bin.
import { auditRead } from '../audit-read.ts'
import { z } from 'zod'
import { onEvents } from '../../queue/wake.ts'
import type { Context } from '../../store/context.ts'
import type { EnvironmentRow } from '../../store/environments.ts'
import { listEvents } from '../../store/events.ts'
import { listInspectorRequests } from '../../store/inspector.ts'
import { type Cursor, decodeCursor, encodeCursor, type Slice } from '../../store/paging.ts'
import { EventTypeName } from '../event-types.ts'
import { type StreamEvent, type StreamSource, eventStream, MOST_AT_ONCE } from '../http/event-stream.ts'
import { operation } from '../http/operation.ts'
import { inspectorChannel } from '../inspector.ts'
import { eventView } from './events.ts'
import { inspectorRequestView } from './inspector.ts'

const LOOK_EVERY_MS = 1000
/** Rows become visible at commit, a little after the time that they carry. */
const LOOK_BACK_MS = 10_000
const EVENTS_AT_ONCE = 1000
/** With their bodies. */
const REQUESTS_AT_ONCE = 200

export function eventSource(
  ctx: Context,
  environment: EnvironmentRow,
  options: { after: string | null; type?: string; user_id?: string },
): StreamSource {
  const filter = { type: options.type, userId: options.user_id }
  const first = firstOf(ctx, options.after)
  return {
    startId: encodeCursor(first)!,
    next: follow({
      first,
      limit: EVENTS_AT_ONCE,
      read: (since, page) => listEvents(ctx.db, environment.id, { ...filter, since }, page),
      cursorOf: (row) => ({ at: row.created_at, id: row.id }),
      view: (row) => ({ type: 'event', data: eventView(row) }),
    }),
    // Other processes' events are looked for.
    listen: (wake) => onEvents(wake),
    lookEveryMs: LOOK_EVERY_MS,
  }
}

export function inspectorSource(ctx: Context, options: { bin: string; after: string | null }): StreamSource {
  const first = firstOf(ctx, options.after)
  return {
    startId: encodeCursor(first)!,
    next: follow({
      first,
      limit: REQUESTS_AT_ONCE,
      read: (_since, page) => listInspectorRequests(ctx.db, options.bin, page),
      cursorOf: (row) => ({ at: row.received_at, id: row.id }),
      view: (row) => ({ type: 'request', data: inspectorRequestView(row) }),
    }),
    listen: (wake) => ctx.db.listen(inspectorChannel(options.bin), wake),
    lookEveryMs: LOOK_EVERY_MS,
  }
}

/** Behind the last one that was seen, else from now on: before any id. */
function firstOf(ctx: Context, after: string | null): Cursor {
  return decodeCursor(after ?? undefined) ?? { at: ctx.clock.now(), id: '-' }
}

/**
 * Reads a newest-first list again and again and gives what it has not given yet, oldest first. Looks back a little each
 * time and remembers what it gave: a row may be committed after a younger one. Of very many the oldest come first, the others next time.
 */
function follow<Row>(list: {
  /** Nothing up to there is given. */
  first: Cursor
  /** Of a page. */
  limit: number
  read(since: number, page: { cursor: Cursor | null; limit: number }): Promise<Slice<Row>>
  cursorOf(row: Row): Cursor
  view(row: Row): { type: string; data: unknown }
}): () => Promise<StreamEvent[]> {
  const given = new Map<string, number>()
  const { first } = list
  let newest = first.at
  const isNew = (row: Row, since: number): boolean => {
    const { at, id } = list.cursorOf(row)
    return at >= since && !given.has(id) && (at > first.at || id > first.id)
  }
  return async () => {
    const since = Math.max(first.at, newest - LOOK_BACK_MS)
    let fresh: Row[] = []
    let cursor: Cursor | null = null
    do {
      const slice: Slice<Row> = await list.read(since, { cursor, limit: list.limit })
      fresh.push(...slice.rows.filter((row) => isNew(row, since)))
      fresh = fresh.slice(-MOST_AT_ONCE)
      // A page may be empty and not the last.
      cursor = slice.next !== null && slice.next.at >= since ? slice.next : null
    } while (cursor !== null)
    for (const row of fresh) {
      const { at, id } = list.cursorOf(row)
      given.set(id, at)
      newest = Math.max(newest, at)
    }
    for (const [id, at] of given) if (at < newest - 2 * LOOK_BACK_MS) given.delete(id)
    return fresh.toReversed().map((row) => ({ id: encodeCursor(list.cursorOf(row))!, ...list.view(row) }))
  }
}

const stream = { description: 'Server-sent events; a comment every 15 seconds.', contentType: 'text/event-stream' }
const lastEventId = (request: Request): string | null => request.headers.get('last-event-id')

export function streamOperations(shutdown?: AbortSignal) {
  return [
    operation({
      method: 'GET',
      path: '/events/stream',
      id: 'streamEvents',
      summary: 'Follow events as they are made',
      description:
        'Each `event` carries what `GET /admin/v1/events` lists. Resumes after `Last-Event-ID`. `?dev_id=` names the ' +
        'environment where headers cannot be set.',
      tags: ['Events'],
      auth: 'admin',
      query: z.object({ type: EventTypeName.optional(), user_id: z.string().optional() }),
      responses: { 200: stream },
      handler: async ({ ctx, environment, query, request }) =>
        eventStream(request, eventSource(ctx, environment, { ...query, after: lastEventId(request) }), {
          log: ctx.log,
          shutdown,
        }),
    }),
    operation({
      method: 'GET',
      path: '/inspector/{bin}/stream',
      id: 'streamInspector',
      summary: 'Follow what a bin receives',
      description: 'Each `request` carries what `GET /admin/v1/inspector/{bin}/requests` lists.',
      tags: ['Inspector'],
      auth: 'instance',
      params: z.object({ bin: z.string() }),
      responses: { 200: stream },
      handler: async ({ ctx, params, request }) => {
        await auditRead(ctx, { environmentId: null, subject: params.bin, details: { via: 'inspector' } })
        const source = inspectorSource(ctx, { ...params, after: lastEventId(request) })
        return eventStream(request, source, { log: ctx.log, shutdown })
      },
    }),
  ]
}
