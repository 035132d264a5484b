// What /metrics shows. Labels are kinds and types, never ids of people: their number must stay small. A destination is named while
// something waits before it.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

export function createMetrics() {
  const registry = new Registry()
  const registers = [registry]
  return {
    registry,
    notifications: new Counter({
      name: 'loam_notifications_total',
      help: 'Notifications from providers, by what became of them.',
      labelNames: ['provider', 'outcome'],
      registers,
    }),
    providerCalls: new Counter({
      name: 'loam_provider_calls_total',
      help: 'Calls to providers, by status (0: no answer).',
      labelNames: ['provider', 'status'],
      registers,
    }),
    providerCallSeconds: new Histogram({
      name: 'loam_provider_call_seconds',
      help: 'How long providers took to answer, or not to.',
      labelNames: ['provider'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    budgetLeft: new Gauge({
      name: 'loam_provider_budget_left_ratio',
      help: 'What is left of the calls that a provider allows an application in a window of so many seconds: 1 is all, 0 nothing.',
      labelNames: ['provider', 'budget', 'window'],
      registers,
    }),
    unknownCodes: new Counter({
      name: 'loam_unknown_codes_total',
      help: 'Codes from providers that no translation table knows.',
      labelNames: ['provider', 'table'],
      registers,
    }),
    unreadablePages: new Counter({
      name: 'loam_unreadable_pages_total',
      help: 'Pages from providers that could not be mapped; they are kept.',
      labelNames: ['provider', 'kind'],
      registers,
    }),
    unfitValues: new Counter({
      name: 'loam_unfit_values_total',
      help: 'Values from providers that their field cannot hold, left out; records that cannot be made at all count as one.',
      labelNames: ['provider', 'type'],
      registers,
    }),
    records: new Counter({
      name: 'loam_records_total',
      help: 'Records written, by type and by what happened (new, changed, same, removed).',
      labelNames: ['type', 'change'],
      registers,
    }),
    events: new Counter({
      name: 'loam_events_total',
      help: 'Events committed, by type.',
      labelNames: ['type'],
      registers,
    }),
    attempts: new Counter({
      name: 'loam_delivery_attempts_total',
      help: 'Attempts to deliver, by kind of destination and outcome.',
      labelNames: ['destination', 'outcome'],
      registers,
    }),
    deliverySeconds: new Histogram({
      name: 'loam_delivery_seconds',
      help: 'From the commit of an event to its first successful delivery.',
      labelNames: ['destination'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3600],
      registers,
    }),
    attemptSeconds: new Histogram({
      name: 'loam_delivery_attempt_seconds',
      help: 'How long attempts to deliver took, by kind of destination and outcome.',
      labelNames: ['destination', 'outcome'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    destinationHealth: new Counter({
      name: 'loam_destination_health_total',
      help: 'Destinations that were told of as failing, were stopped by Loam, or recovered, by kind.',
      labelNames: ['destination', 'change'],
      registers,
    }),
    backlog: new Gauge({
      name: 'loam_delivery_backlog',
      help: 'Deliveries that are due or scheduled, by destination, its kind, and lane.',
      labelNames: ['destination', 'destination_id', 'lane'],
      registers,
    }),
    recordReads: new Counter({
      name: 'loam_record_reads_total',
      help: 'Reads of records for the API where there are replicas, by where they were read.',
      labelNames: ['from'],
      registers,
    }),
    replicaLag: new Gauge({
      name: 'loam_replica_lag_seconds',
      help: 'How far each replica is behind, by its place in LOAM_DATABASE_READ_URL; -1 while it is away.',
      labelNames: ['replica'],
      registers,
    }),
    databaseUp: new Gauge({
      name: 'loam_database_up',
      help: 'Whether what is looked up in the database could be for this answer: 1, or 0, and then it is not here.',
      registers,
    }),
    expired: new Counter({
      name: 'loam_expired_total',
      help: 'Events and attempts that went by age or size: rows, or (how="partition") whole partitions; kind="undelivered" are deliveries that were still to be made.',
      labelNames: ['kind', 'how'],
      registers,
    }),
    storedItems: new Gauge({
      name: 'loam_stored_items',
      help: 'Events and attempts that are kept, as last counted.',
      labelNames: ['kind'],
      registers,
    }),
    storedBytes: new Gauge({
      name: 'loam_stored_bytes',
      help: 'What they take, roughly: bodies as stored, and what rows and indexes take as a rule.',
      labelNames: ['kind'],
      registers,
    }),
    oldestDelivery: new Gauge({
      name: 'loam_delivery_oldest_seconds',
      help: 'Age of the oldest event that waits, by destination, its kind, and lane.',
      labelNames: ['destination', 'destination_id', 'lane'],
      registers,
    }),
    jobsDue: new Gauge({
      name: 'loam_jobs_due',
      help: 'Inbound jobs whose time has come and that nobody has begun, by kind and lane.',
      labelNames: ['kind', 'lane'],
      registers,
    }),
    jobsLate: new Gauge({
      name: 'loam_jobs_late_seconds',
      help: 'For how long the first of those has been due, by lane.',
      labelNames: ['lane'],
      registers,
    }),
    bodiesWaiting: new Gauge({
      name: 'loam_bodies_waiting',
      help: 'Rows with a body that are due to be moved out of the database (LOAM_BODIES), by table; no more than 10000 are counted.',
      labelNames: ['table'],
      registers,
    }),
    bodiesLate: new Gauge({
      name: 'loam_bodies_late_seconds',
      help: 'For how long the first of those has been due, by table.',
      labelNames: ['table'],
      registers,
    }),
    bodiesMoved: new Counter({
      name: 'loam_bodies_moved_total',
      help: 'Bodies that were moved out of the database, or back.',
      labelNames: ['way'],
      registers,
    }),
    bodiesFailed: new Counter({
      name: 'loam_bodies_failures_total',
      help: 'Turns of moving and deleting bodies that failed; the next one goes on.',
      registers,
    }),
    traceSpans: new Counter({
      name: 'loam_trace_spans_total',
      help: 'Spans of traces, by whether a collector took them.',
      labelNames: ['outcome'],
      registers,
    }),
    jobs: new Counter({
      name: 'loam_jobs_total',
      help: 'Inbound jobs, by kind and outcome.',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
  }
}

/** The process itself: CPU, memory, the event loop's lag. Once in a process, for it looks at all of it. */
export function measureProcess({ registry }: Metrics): void {
  collectDefaultMetrics({ register: registry })
}
