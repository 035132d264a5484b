-- Workouts kept for planning, and what was planned from them.
CREATE TABLE workout_templates (
  id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  environment_id TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE INDEX workout_templates_by_environment ON workout_templates (environment_id, id);

CREATE TABLE template_plans (
  user_id TEXT NOT NULL REFERENCES connections (user_id) ON DELETE CASCADE,
  -- The provider's id of the plan.
  plan_id TEXT NOT NULL,
  template_id BIGINT NOT NULL REFERENCES workout_templates (id) ON DELETE CASCADE,
  warnings TEXT,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, plan_id)
);
CREATE INDEX template_plans_by_template ON template_plans (template_id);
