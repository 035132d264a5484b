import { randomBytes } from 'node:crypto'
import { PASSWORD, type Postgres, postgresBinaries, startPostgres, USER } from '../services/postgres.ts'
import { destinationSuite } from './destination-suite.ts'
import type { Arrived } from './stage.ts'

const READ = `
  SELECT payload_id AS id, payload::text AS body
  FROM (SELECT payload_id FROM terra_data_payloads UNION ALL SELECT payload_id FROM terra_other_payloads) AS pointers
  JOIN terra_payloads USING (payload_id)`

destinationSuite('postgres', {
  networked: true,
  idempotent: true,
  missing: () => (postgresBinaries() === null ? "PostgreSQL's server is not installed (Debian: postgresql)" : null),
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server: Postgres = await startPostgres()
    return {
      async place() {
        const database = `place_${randomBytes(6).toString('hex')}`
        await server.query('postgres', `CREATE DATABASE ${database}`)
        return { host: '127.0.0.1', port: server.port, database, user: USER, password: PASSWORD, tls: false }
      },
      read: (settings) => server.query<Arrived & Record<string, string>>(String(settings.database), READ),
      at: (settings, address) => ({ ...settings, ...address }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})
