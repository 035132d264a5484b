import type { Sql, Statement } from './database.ts'

export interface TemplateRow {
  id: number
  environment_id: string
  /** JSON. */
  body: string
  created_at: number
}

/** What was planned from a template, in the calendar of whom. */
export interface TemplatePlanRow {
  user_id: string
  plan_id: string
  template_id: number
  /** JSON: what could not be said to the provider as it was. */
  warnings: string | null
  created_at: number
}

export async function insertTemplate(sql: Sql, row: Omit<TemplateRow, 'id'>): Promise<number> {
  const made = await sql.one<{ id: number }>(
    'INSERT INTO workout_templates (environment_id, body, created_at) VALUES ($1, $2, $3) RETURNING id',
    [row.environment_id, row.body, row.created_at],
  )
  return Number(made!.id)
}

export function templatesOf(sql: Sql, environmentId: string, limit: number): Promise<TemplateRow[]> {
  return sql.all('SELECT * FROM workout_templates WHERE environment_id = $1 ORDER BY id DESC LIMIT $2', [
    environmentId,
    limit,
  ])
}

export function templateById(sql: Sql, environmentId: string, id: number): Promise<TemplateRow | null> {
  return sql.one('SELECT * FROM workout_templates WHERE environment_id = $1 AND id = $2', [environmentId, id])
}

export function deleteTemplate(id: number): Statement {
  return { sql: 'DELETE FROM workout_templates WHERE id = $1', params: [id] }
}

export function putTemplatePlan(row: TemplatePlanRow): Statement {
  return {
    sql: `INSERT INTO template_plans (user_id, plan_id, template_id, warnings, created_at) VALUES ($1, $2, $3, $4, $5)
          ON CONFLICT (user_id, plan_id) DO UPDATE SET template_id = excluded.template_id, warnings = excluded.warnings`,
    params: [row.user_id, row.plan_id, row.template_id, row.warnings, row.created_at],
  }
}

export function plansOfTemplate(sql: Sql, templateId: number): Promise<TemplatePlanRow[]> {
  return sql.all('SELECT * FROM template_plans WHERE template_id = $1 ORDER BY created_at, plan_id', [templateId])
}

export function plansOfUser(sql: Sql, userId: string): Promise<TemplatePlanRow[]> {
  return sql.all('SELECT * FROM template_plans WHERE user_id = $1', [userId])
}

export function deleteTemplatePlan(userId: string, planId: string): Statement {
  return { sql: 'DELETE FROM template_plans WHERE user_id = $1 AND plan_id = $2', params: [userId, planId] }
}
