// Every code that an error of the API can carry. `docs/errors.md` and `/docs/errors` are made from this.

export interface ErrorCode {
  statuses: readonly number[]
  /** What happened. */
  meaning: string
  /** What to do. */
  remedy: string
}

export const ERROR_CODES: Record<string, ErrorCode> = {
  admin_token_missing: {
    statuses: [401],
    meaning: 'A call of the admin API came without the admin token and without a dashboard session.',
    remedy: 'Send `Authorization: Bearer <admin token>`; `loam keys show --reveal` prints it on the server.',
  },
  bin_not_found: {
    statuses: [404],
    meaning: 'Outside of the sandbox, the inspector takes requests only for bins that a destination points at.',
    remedy: 'Make a bin with `POST /admin/v1/inspector`, or add a webhook destination that points at this one.',
  },
  move_blocked: {
    statuses: [409],
    meaning: 'People cannot be moved to the new API while new connections are still made with the old one.',
    remedy: "Set the source's `api` to null and give it the new API's client id and secret.",
  },
  move_incomplete: {
    statuses: [409],
    meaning: 'The old connection holds records that the new one lacks; finishing the move would delete them.',
    remedy: 'Backfill the new connection and compare again, or send `discard: true`.',
  },
  move_link_invalid: {
    statuses: [410],
    meaning: 'A link for consenting again has expired, was cut, or its connection has moved already.',
    remedy: 'Make a new one: `loam migrate <provider> links`.',
  },
  move_not_joined: {
    statuses: [409],
    meaning: 'No connection of the new API belongs to the account of this old one.',
    remedy: 'Send the person their link, and wait until they have consented with the same account.',
  },
  nothing_replaced: {
    statuses: [404],
    meaning: 'This source has no API that another one replaced.',
    remedy: 'Only sources with an old API can be moved: FITBIT.',
  },
  payload_url_expired: {
    statuses: [400],
    meaning: 'The URL of a payload was good for some minutes, and those are over.',
    remedy: 'Make a new one: `POST /admin/v1/events/{id}/payload-url`, or the button on the page of the event.',
  },
  payload_url_invalid: {
    statuses: [403],
    meaning: 'The URL of a payload was changed or cut on its way.',
    remedy: 'Use it as it came, with all of its query; take care of `&amp;` in logs and mails.',
  },
  payloads_not_served: {
    statuses: [409],
    meaning: 'This process has nowhere that payloads could be fetched from.',
    remedy: 'Ask a server of the same installation that runs the API.',
  },
  body_incomplete: {
    statuses: [400],
    meaning: 'The connection broke while the body was on its way.',
    remedy: 'Send it again.',
  },
  too_busy: {
    statuses: [503],
    meaning: 'Several very large notifications are being taken in at this moment.',
    remedy: 'Send it again after what `retry-after` says; providers do so by themselves.',
  },
  body_too_large: {
    statuses: [413],
    meaning:
      'The request body is larger than this path reads: 1 MB of JSON, 5 MB for the inspector, for notifications 2 MB or what the provider needs.',
    remedy: 'Send less at once.',
  },
  connection_degraded: {
    statuses: [400],
    meaning:
      'The provider does not let us read this user. `reason` says why: `connection_error` (it rejects our token), ' +
      '`access_revoked` (the person ended access), `permission_missing` (the person did not allow this kind of data), ' +
      '`provider_refused`.',
    remedy: 'Let the person connect again with a widget session. It is a 400 because your API credentials are right.',
  },
  credentials_incomplete: {
    statuses: [422],
    meaning: 'A source was switched on that cannot run without a client id and secret of yours.',
    remedy: 'Send `client_id` and `client_secret` too. `credentials_url` of the source says where to get them.',
  },
  credentials_missing: {
    statuses: [401],
    meaning: 'The header `dev-id` or `x-api-key` is missing.',
    remedy: 'Send both on every call.',
  },
  credentials_wrong: {
    statuses: [401, 403],
    meaning: 'No environment has this pair of `dev-id` and `x-api-key`. 403 on `/widget/api/session`, else 401.',
    remedy: 'Compare both with the dashboard: they belong to one environment. A rotated key ends after its overlap.',
  },
  cross_site_request: {
    statuses: [403],
    meaning: 'A change was asked for with the dashboard cookie, but not from a page of the dashboard.',
    remedy: 'Use the admin token in scripts.',
  },
  delivery_not_found: {
    statuses: [404],
    meaning: 'The environment has no delivery with this id.',
    remedy: 'Check the id and the environment (`dev-id`). Deliveries go with their destination and their user.',
  },
  destination_not_found: {
    statuses: [404],
    meaning: 'The environment has no destination with this id.',
    remedy: 'Check the id and the environment (`dev-id`).',
  },
  dev_id_taken: {
    statuses: [409],
    meaning: 'Another environment has this dev-id.',
    remedy: 'Choose another one.',
  },
  environment_not_found: {
    statuses: [404],
    meaning: 'An admin call named an environment that does not exist.',
    remedy: 'Send a `dev-id` that `GET /admin/v1/environments` lists, or none for the first environment.',
  },
  event_not_found: {
    statuses: [404],
    meaning: 'The environment has no event with this id.',
    remedy: 'Check the id and the environment. Events go with their user, and after the retention time.',
  },
  flow_expired: {
    statuses: [410],
    meaning: 'The sign-in was finished already, or its 15 minutes are over.',
    remedy: 'Begin a new one.',
  },
  flow_not_found: {
    statuses: [404],
    meaning: 'There is no sign-in with this id.',
    remedy: 'Use the `auth_url` as it was given, or begin a new sign-in.',
  },
  internal_error: {
    statuses: [500],
    meaning: 'A mistake of ours.',
    remedy: 'Try again. If it stays, look up the `reference` in the server log and report it.',
  },
  invalid_cursor: {
    statuses: [400],
    meaning: 'The `cursor` is none of ours.',
    remedy: 'Pass `next_cursor` of the page before, unchanged.',
  },
  invalid_date: {
    statuses: [400],
    meaning: '`start_date` or `end_date` cannot be read.',
    remedy: 'Send `YYYY-MM-DD`, unix seconds with 10 digits, or ISO 8601.',
  },
  invalid_date_range: {
    statuses: [400],
    meaning: 'The range begins after its end, or in the future.',
    remedy: 'Swap or correct the dates.',
  },
  invalid_encoding: {
    statuses: [400],
    meaning: 'The body is no valid UTF-8.',
    remedy: 'Send JSON as UTF-8.',
  },
  invalid_json: {
    statuses: [400],
    meaning:
      'The body is no valid JSON. `position` names line and column. Commas before a closing bracket are accepted.',
    remedy: 'Mend the body at that place.',
  },
  invalid_request: {
    statuses: [400],
    meaning: 'A parameter or member is missing or wrong. `fields` names each with its problem.',
    remedy: 'Mend the named fields.',
  },
  job_not_stopped: {
    statuses: [409],
    meaning: 'Only a job that failed or was stopped can go on, and only while no other does the same work.',
    remedy: 'GET /admin/v1/jobs/{job_id} shows its state.',
  },
  job_finished: {
    statuses: [409],
    meaning: 'A job was to be stopped that has ended.',
    remedy: 'Nothing to do.',
  },
  job_not_found: {
    statuses: [404],
    meaning: 'The environment has no job with this id.',
    remedy: 'Check the id and the environment. Finished jobs are removed after a while.',
  },
  key_not_found: {
    statuses: [404],
    meaning: 'The environment has no API key with this id.',
    remedy: 'Take an `id` of `GET /admin/v1/keys`.',
  },
  last_key: {
    statuses: [409],
    meaning: "The environment's only key was to be ended.",
    remedy: 'Rotate it with `overlap_seconds` 0: that gives a new key and ends this one.',
  },
  method_not_allowed: {
    statuses: [405],
    meaning: 'The path exists, but not for this method. The header `allow` lists those that it takes.',
    remedy: 'Use one of them.',
  },
  not_implemented: {
    statuses: [501],
    meaning: "The path is part of Terra's API that Loam does not have.",
    remedy: 'Do without. The API reference (`/docs`) lists what there is.',
  },
  not_ready: {
    statuses: [503],
    meaning: 'The database cannot be reached or takes no commits, or its schema is not current.',
    remedy: 'Wait, or look at the server log.',
  },
  workout_not_found: {
    statuses: [404],
    meaning: 'No workout template of this environment has this id.',
    remedy: 'List the templates.',
  },
  planned_workout_not_found: {
    statuses: [404],
    meaning: 'No planned workout of this person has this id, or it was taken away at the provider.',
    remedy: 'List the planned workouts.',
  },
  processing: {
    statuses: [200],
    meaning:
      'The provider needs longer than a request can wait. This comes as a 200 with `type: "processing"` and ' +
      '`retry_after_seconds`, for clients that know it from Terra.',
    remedy: 'Ask again after that time: what was read meanwhile is kept.',
  },
  provider_cannot_write: {
    statuses: [400],
    meaning: 'The source of this user does not take data, planned workouts or routes through this API.',
    remedy: 'Do without for this source.',
  },
  provider_not_configured: {
    statuses: [400],
    meaning: 'The source is switched on, but has no credentials, and the sandbox is off.',
    remedy: 'Set `client_id` and `client_secret` of the source.',
  },
  provider_not_enabled: {
    statuses: [400, 404],
    meaning: 'The environment does not have this source switched on. 400 where a list names no available source.',
    remedy: 'Switch it on under Data sources, or with `PUT /admin/v1/sources/{provider}`.',
  },
  provider_rejected: {
    statuses: [424],
    meaning: 'The provider refused what was to be written there. The message has its reason where it gave one.',
    remedy: 'Change what the message names, or try again later.',
  },
  provider_rate_limit: {
    statuses: [429],
    meaning: 'The provider limits us for this user. The body has `type: "rate_limit"`.',
    remedy:
      'Wait as long as `retry-after` says, or ask with `retry_if_rate_limited=true`: the data then comes as an event.',
  },
  provider_unavailable: {
    statuses: [502],
    meaning: 'The provider did not answer, or answered with an error of its own.',
    remedy: 'Try again after `retry-after` seconds.',
  },
  request_unreadable: {
    statuses: [400, 408, 417, 431],
    meaning:
      'What came is no request that can be read: it is no HTTP, its address or host is none, it asks for more than `Expect: 100-continue`, did not come whole within a minute, or its address and headers together are longer than 16 kB.',
    remedy:
      'Send long values in the body; look at what stands between you and Loam when you wrote none of it yourself.',
  },
  route_not_found: {
    statuses: [404],
    meaning: 'There is nothing at this path.',
    remedy: 'Check the path: the API is below `/v2`, the admin API below `/admin/v1`.',
  },
  state_mismatch: {
    statuses: [400],
    meaning: 'A sign-in came back that was not started here, was used before, or was started in another browser.',
    remedy: 'Begin again, in one browser.',
  },
  too_many_bins: {
    statuses: [429],
    meaning: 'The inspector has a hundred bins already.',
    remedy: 'Clear one that nobody needs.',
  },
  too_many_requests: {
    statuses: [429],
    meaning:
      'This API key makes more requests than its environment allows (`api_requests_per_minute`), or this address sends ' +
      'more without a valid key, or with unknown dev-ids, than `LOAM_STRANGERS_PER_MINUTE`.',
    remedy:
      'Wait as long as `retry-after` says. `RateLimit` says how many are left, `RateLimit-Policy` how many there are.',
  },
  too_many_sign_ins: {
    statuses: [429],
    meaning: 'Too many wrong admin tokens came from this address, or from many together.',
    remedy: 'Wait as long as `retry-after` says.',
  },
  too_many_streams: {
    statuses: [429],
    meaning: 'Too many event streams are open.',
    remedy: 'Close some.',
  },
  unknown_destination_type: {
    statuses: [400, 409],
    meaning: 'There is no such kind of destination. 409 when a stored destination needs a newer version.',
    remedy: 'Take a `type` of `GET /admin/v1/destination-types`.',
  },
  unknown_dev_id: {
    statuses: [404],
    meaning: 'No environment has this dev-id.',
    remedy: 'Compare it with the dashboard.',
  },
  unknown_provider: {
    statuses: [404],
    meaning: 'Loam has no such source.',
    remedy: '`GET /v2/integrations` lists what there is.',
  },
  unsupported_encoding: {
    statuses: [400],
    meaning: 'The body is compressed (`content-encoding`).',
    remedy: 'Send it as it is.',
  },
  user_inactive: {
    statuses: [400],
    meaning: 'Data was asked of a user that you have switched off.',
    remedy: '`PATCH /v2/users/{user_id}` with `{"active": true}`.',
  },
  user_not_found: {
    statuses: [400, 404],
    meaning: 'The environment has no such user. 400 on `PATCH /v2/users/{user_id}`, as Terra answers there.',
    remedy: 'Check the id. A second sign-in of the same account gives it a new `user_id` (`user_reauth`).',
  },
  wrong_admin_token: {
    statuses: [401],
    meaning: 'The admin token is wrong.',
    remedy: '`loam keys show --reveal` prints it on the server.',
  },
}
