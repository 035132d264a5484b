// A compile-time test: what we emit is what the types of terra-api 2.1.0 promise. `npm run types` in compat is the test;
// nothing here runs.
//
// The SDK's types know no null, so nulls are taken out first; its enumerations are closed, ours let any code pass (Terra
// adds codes), so both sides are compared as plain numbers and strings. What is left out below are the SDK's own mistakes.
import type { Terra } from 'terra-api'
import type { z } from 'zod'
import type * as events from '../src/model/event.ts'
import type { RecordOf } from '../src/model/records.ts'
import type { TerraUser } from '../src/model/user.ts'

type Plain<T> = T extends null | undefined
  ? never
  : T extends number
    ? number
    : T extends string
      ? string
      : T extends boolean
        ? boolean
        : T extends readonly (infer Item)[]
          ? Plain<Item>[]
          : T extends object
            ? { [Name in keyof T]: Plain<T[Name]> }
            : T

/** The members of both that cannot be assigned. */
type Mismatch<Ours, Theirs> = {
  [Name in keyof Ours & keyof Theirs]-?: Plain<Ours[Name]> extends Plain<Theirs[Name]> ? never : Name
}[keyof Ours & keyof Theirs]

type In<T, Name extends keyof T> = NonNullable<T[Name]>

/** Compiles when the members that differ are exactly the named ones. */
function differsIn<Ours, Theirs, Known extends keyof Ours = never>(
  ..._proof: [Mismatch<Ours, Theirs>, Known] extends [Known, Mismatch<Ours, Theirs>] ? [] : [Mismatch<Ours, Theirs>]
): void {}

// ── Records ─────────────────────────────────────────────────────────────────────────────────────────────────────────

differsIn<RecordOf<'activity'>, Terra.Activity>()
differsIn<RecordOf<'athlete'>, Terra.Athlete>()

// The SDK types the age as a string; the published document and its own day_avg_estimated_fitness_age say number.
differsIn<RecordOf<'body'>, Terra.Body, 'measurements_data'>()
differsIn<
  In<RecordOf<'body'>, 'measurements_data'>['measurements'][number],
  In<In<Terra.Body, 'measurements_data'>, 'measurements'>[number],
  'estimated_fitness_age'
>()

// Contributors are a list there, a map in the published document; we have either, by environment.
differsIn<RecordOf<'daily'>, Terra.Daily, 'data_enrichment'>()
differsIn<
  In<RecordOf<'daily'>, 'data_enrichment'>,
  In<Terra.Daily, 'data_enrichment'>,
  | 'stress_contributors'
  | 'respiratory_contributors'
  | 'immune_contributors'
  | 'cardiovascular_contributors'
  | 'readiness_contributors'
>()
// Its sleep score is called sleep_score; the quickstart and the published document call it sleep.
differsIn<RecordOf<'sleep'>, Terra.Sleep, 'data_enrichment' | 'scores'>()
differsIn<In<RecordOf<'sleep'>, 'data_enrichment'>, In<Terra.Sleep, 'data_enrichment'>, 'sleep_contributors'>()

// A boolean and a number of days are strings there; the phase is a word or, by environment, a number.
differsIn<RecordOf<'menstruation'>, Terra.Menstruation, 'menstruation_data'>()
differsIn<
  In<RecordOf<'menstruation'>, 'menstruation_data'>,
  In<Terra.Menstruation, 'menstruation_data'>,
  'current_phase' | 'cycle_length_days' | 'is_predicted_cycle'
>()

// The unit of a drink is a word there, a number of the same enumeration as a meal's in the published document.
differsIn<RecordOf<'nutrition'>, Terra.Nutrition, 'drink_samples'>()

differsIn<TerraUser, Terra.TerraUser>()

// ── Events, but for their records ───────────────────────────────────────────────────────────────────────────────────

type EventOf<Schema extends z.ZodType> = Omit<z.infer<Schema>, 'data' | 'athlete'>

differsIn<EventOf<typeof events.ActivityEvent>, Terra.ActivityEvent>()
differsIn<EventOf<typeof events.AthleteEvent>, Terra.AthleteEvent>()
differsIn<EventOf<typeof events.BodyEvent>, Terra.BodyEvent>()
differsIn<EventOf<typeof events.DailyEvent>, Terra.DailyEvent>()
differsIn<EventOf<typeof events.MenstruationEvent>, Terra.MenstruationEvent>()
differsIn<EventOf<typeof events.NutritionEvent>, Terra.NutritionEvent>()
differsIn<EventOf<typeof events.SleepEvent>, Terra.SleepEvent>()
differsIn<EventOf<typeof events.AuthSuccessEvent>, Terra.AuthSuccessEvent>()
differsIn<EventOf<typeof events.AuthErrorEvent>, Terra.AuthErrorEvent>()
differsIn<EventOf<typeof events.DeauthEvent>, Terra.DeauthEvent>()
differsIn<EventOf<typeof events.UserReauthEvent>, Terra.UserReauthEvent>()
differsIn<EventOf<typeof events.AccessRevokedEvent>, Terra.AccessRevokedEvent>()
differsIn<EventOf<typeof events.ConnectionErrorEvent>, Terra.ConnectionErrorEvent>()
differsIn<EventOf<typeof events.GoogleNoDatasourceEvent>, Terra.GoogleNoDatasourceEvent>()
differsIn<EventOf<typeof events.PermissionChangeEvent>, Terra.PermissionChangeEvent>()
differsIn<EventOf<typeof events.LargeRequestProcessingEvent>, Terra.LargeRequestProcessingEvent>()
differsIn<EventOf<typeof events.LargeRequestSendingEvent>, Terra.LargeRequestSendingEvent>()
differsIn<EventOf<typeof events.RateLimitHitEvent>, Terra.RateLimitHitEvent>()
differsIn<EventOf<typeof events.HealthcheckEvent>, Terra.HealthcheckEvent>()
differsIn<EventOf<typeof events.S3PayloadEvent>, Terra.S3PayloadEvent>()
