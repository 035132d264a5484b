// The admin API of destinations: what each call takes and answers.
import { z } from 'zod'
import { operation, Reply } from '../http/operation.ts'
import { DestinationChange, NewDestinationInput } from './destination-input.ts'
import {
  CreatedDestinationView,
  DestinationTestView,
  DestinationTypeView,
  DestinationView,
} from './destination-view.ts'
import {
  createDestination,
  deleteDestination,
  getDestination,
  listDestinations,
  listDestinationTypes,
  pauseDestination,
  resumeDestination,
  testDestination,
  updateDestination,
} from './destinations.ts'
import { listingSchema } from './listing.ts'

const IdParams = z.object({ destination_id: z.string() })
const missing = { 404: 'This environment has no such destination.' }

export const destinationOperations = [
  operation({
    method: 'GET',
    path: '/destination-types',
    id: 'listDestinationTypes',
    summary: 'List the kinds of destination and their settings',
    tags: ['Destinations'],
    auth: 'admin',
    responses: { 200: { description: 'All kinds.', schema: listingSchema(DestinationTypeView) } },
    handler: async ({ ctx }) => listDestinationTypes(ctx),
  }),
  operation({
    method: 'GET',
    path: '/destinations',
    id: 'listDestinations',
    summary: 'List destinations',
    tags: ['Destinations'],
    auth: 'admin',
    responses: { 200: { description: 'Oldest first.', schema: listingSchema(DestinationView) } },
    handler: ({ ctx, environment }) => listDestinations(ctx, environment),
  }),
  operation({
    method: 'POST',
    path: '/destinations',
    id: 'createDestination',
    summary: 'Add a destination',
    description: 'For a webhook, `{"url": "https://…"}` is enough.',
    tags: ['Destinations'],
    auth: 'admin',
    body: NewDestinationInput,
    responses: { 201: { description: 'Created; its secret is shown this once.', schema: CreatedDestinationView } },
    handler: async ({ ctx, environment, body }) => new Reply(201, await createDestination(ctx, environment, body)),
  }),
  operation({
    method: 'GET',
    path: '/destinations/{destination_id}',
    id: 'getDestination',
    summary: 'Show one destination',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    responses: { 200: { description: 'The destination.', schema: DestinationView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => getDestination(ctx, environment, params),
  }),
  operation({
    method: 'PATCH',
    path: '/destinations/{destination_id}',
    id: 'updateDestination',
    summary: 'Change a destination',
    description: 'Members that are left out stay as they are. Events that wait go to the changed target.',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    body: DestinationChange,
    responses: { 200: { description: 'As it is now.', schema: DestinationView } },
    errors: missing,
    handler: ({ ctx, environment, params, body }) => updateDestination(ctx, environment, { ...params, ...body }),
  }),
  operation({
    method: 'DELETE',
    path: '/destinations/{destination_id}',
    id: 'deleteDestination',
    summary: 'Remove a destination',
    description: 'Its deliveries go with it. The events stay, and can be sent elsewhere.',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    responses: { 204: { description: 'Removed.' } },
    errors: missing,
    handler: async ({ ctx, environment, params }) => {
      await deleteDestination(ctx, environment, params)
      return new Reply(204, null)
    },
  }),
  operation({
    method: 'POST',
    path: '/destinations/{destination_id}/test',
    id: 'testDestination',
    summary: 'Send a test event now',
    description:
      'One `healthcheck` event, past the queue. Answers 200 with what came back, also when that was a failure.',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    responses: { 200: { description: 'What came back.', schema: DestinationTestView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => testDestination(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/destinations/{destination_id}/pause',
    id: 'pauseDestination',
    summary: 'Hold back its events',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    responses: { 200: { description: 'As it is now.', schema: DestinationView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => pauseDestination(ctx, environment, params),
  }),
  operation({
    method: 'POST',
    path: '/destinations/{destination_id}/resume',
    id: 'resumeDestination',
    summary: 'Let its events go again',
    tags: ['Destinations'],
    auth: 'admin',
    params: IdParams,
    responses: { 200: { description: 'As it is now.', schema: DestinationView } },
    errors: missing,
    handler: ({ ctx, environment, params }) => resumeDestination(ctx, environment, params),
  }),
]
