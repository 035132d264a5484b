-- Workouts kept for planning, and what was planned from them.
CREATE TABLE workout_templates (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX workout_templates_by_environment ON workout_templates (environment_id, id);

CREATE TABLE template_plans (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  -- The provider's id of the plan.
  plan_id TEXT NOT NULL,
  template_id INTEGER NOT NULL REFERENCES workout_templates (id) ON DELETE CASCADE,
  warnings TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, plan_id)
) STRICT;
CREATE INDEX template_plans_by_template ON template_plans (template_id);
