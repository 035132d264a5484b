import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'

const read = (path: string): Promise<string> => readFile(new URL(`../${path}`, import.meta.url), 'utf8')

test('the Grafana dashboard asks for every metric of Loam, and for none that it lacks', async () => {
  const [dashboard, metrics] = await Promise.all([
    read('deploy/helm/loam/dashboard.json'),
    read('src/platform/metrics.ts'),
  ])
  const { panels } = JSON.parse(dashboard) as { panels: { targets: { expr: string }[] }[] }
  const asked = panels.flatMap(({ targets }) => targets).flatMap(({ expr }) => expr.match(/\bloam_[a-z_]+/g) ?? [])
  const known = [...metrics.matchAll(/name: '(loam_[a-z_]+)'/g)].map(([, name]) => name)
  assert.deepEqual(
    [...new Set(asked.map((name) => name.replace(/_bucket$/, '')))].toSorted(),
    known.filter((name) => name !== undefined).toSorted(),
  )
})
