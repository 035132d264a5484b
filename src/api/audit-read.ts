// Reads of health data are noted before they are answered: one row an hour for the same reader, person and kind.
import { auditOnce, type Act } from '../store/audit.ts'
import type { Context } from '../store/context.ts'

const EVERY_MS = 3600_000

export async function auditRead(ctx: Context, what: Omit<Act, 'action'>): Promise<void> {
  const details = ctx.masked === true ? { ...what.details, masked: true } : what.details
  await auditOnce(ctx, { action: 'health_data.read', ...what, ...(details === undefined ? {} : { details }) }, EVERY_MS)
}

/** It was asked to be sent to the destinations. */
export async function auditRequest(ctx: Context, what: Omit<Act, 'action'>): Promise<void> {
  await auditOnce(ctx, { action: 'health_data.requested', ...what }, EVERY_MS)
}
