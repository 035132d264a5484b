// Moving people from the API that a source had before to the one that replaced it.
import { z } from 'zod'
import { operation } from '../../http/operation.ts'
import { localDayText } from '../../http/parameters.ts'
import { listingSchema, pageQuery } from '../listing.ts'
import { checkMoves, MoveCheck } from './check.ts'
import { compareMove, MoveComparison } from './comparison.ts'
import { finishMove } from './finish.ts'
import { LinksInput, makeLinks, MoveLink } from './links.ts'
import { listOldConnections, MoveView } from './old-connections.ts'

const Provider = z.object({ provider: z.string().describe('In any case: `fitbit`.') })
const OneMove = Provider.extend({ user_id: z.string().describe('The old connection.') })
const missing = { 404: 'The source replaced nothing, or there is no such old connection.' }
const tags = ['Moves']

export const moveOperations = [
  operation({
    method: 'GET',
    path: '/moves/{provider}',
    id: 'checkMoves',
    summary: 'How far a move to a new API is, and what stands in its way',
    description: 'For sources whose API was replaced: people of the old one must consent again.',
    tags,
    auth: 'admin',
    params: Provider,
    responses: { 200: { description: 'Counts and warnings.', schema: MoveCheck } },
    errors: missing,
    handler: ({ ctx, environment, params }) => checkMoves(ctx, environment, params),
  }),
  operation({
    method: 'GET',
    path: '/moves/{provider}/users',
    id: 'listMoves',
    summary: 'List connections of the old API',
    tags,
    auth: 'admin',
    params: Provider,
    query: z.object(pageQuery),
    responses: { 200: { description: 'Newest first.', schema: listingSchema(MoveView) } },
    errors: missing,
    handler: ({ ctx, environment, params, query }) => listOldConnections(ctx, environment, { ...params, ...query }),
  }),
  operation({
    method: 'POST',
    path: '/moves/{provider}/links',
    id: 'makeMoveLinks',
    summary: 'Make links by which people consent again',
    tags,
    auth: 'admin',
    params: Provider,
    body: LinksInput,
    responses: { 200: { description: 'One for each person.', schema: z.object({ data: z.array(MoveLink) }) } },
    errors: { ...missing, 409: 'New connections are still made with the old API.' },
    handler: ({ ctx, environment, params, body }) => makeLinks(ctx, environment, { ...params, ...body }),
  }),
  operation({
    method: 'GET',
    path: '/moves/{provider}/users/{user_id}/comparison',
    id: 'compareMove',
    summary: 'Compare the days that both connections have',
    tags,
    auth: 'admin',
    params: OneMove,
    query: z.object({
      start_date: localDayText.optional().describe('First local day. Default: six days before the end.'),
      end_date: localDayText.optional().describe('Last local day. Default: today.'),
    }),
    responses: { 200: { description: 'Record by record.', schema: MoveComparison } },
    errors: { ...missing, 409: 'Nobody has consented again.' },
    handler: ({ ctx, environment, params, query }) => compareMove(ctx, environment, { ...params, ...query }),
  }),
  operation({
    method: 'POST',
    path: '/moves/{provider}/users/{user_id}/finish',
    id: 'finishMove',
    summary: 'Let the new connection take the place of the old one',
    description: 'Sends `user_reauth` with both ids and deletes everything held for the old one.',
    tags,
    auth: 'admin',
    params: OneMove,
    body: z.object({
      discard: z.boolean().optional().describe('Even if the old connection holds records that the new one lacks.'),
    }),
    responses: {
      200: { description: 'Both ids.', schema: z.object({ user_id: z.string(), moved_to: z.string() }) },
    },
    errors: { ...missing, 409: 'Nobody has consented again, or the old connection holds more.' },
    handler: ({ ctx, environment, params, body }) => finishMove(ctx, environment, { ...params, ...body }),
  }),
]
