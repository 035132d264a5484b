import { randomBytes } from 'node:crypto'
import { missingMariadb, PASSWORD, startMariadb, USER } from '../services/mariadb.ts'
import { destinationSuite } from './destination-suite.ts'
import type { Arrived } from './stage.ts'

const READ = `
  SELECT payload_id AS id, payload AS body
  FROM (SELECT payload_id FROM terra_data_payloads UNION ALL SELECT payload_id FROM terra_other_payloads) AS pointers
  JOIN terra_payloads USING (payload_id)`

destinationSuite('mysql', {
  networked: true,
  idempotent: true,
  missing: missingMariadb,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await startMariadb()
    return {
      async place() {
        const database = `place_${randomBytes(6).toString('hex')}`
        await server.query(null, `CREATE DATABASE ${database}`)
        return { host: '127.0.0.1', port: server.port, database, user: USER, password: PASSWORD, tls: false }
      },
      read: (settings) => server.query<Arrived>(String(settings.database), READ),
      at: (settings, address) => ({ ...settings, ...address }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})
