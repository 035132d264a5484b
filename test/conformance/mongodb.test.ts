import { randomBytes } from 'node:crypto'
import { missingFerretdb, PASSWORD, SOURCE, startFerretdb, USER } from '../services/ferretdb.ts'
import { destinationSuite } from './destination-suite.ts'

destinationSuite('mongodb', {
  networked: true,
  idempotent: true,
  missing: missingFerretdb,
  wrongCredentials: (settings) => ({ ...settings, password: 'SECRET-but-wrong' }),
  async start() {
    const server = await startFerretdb()
    return {
      async place() {
        const database = `place_${randomBytes(6).toString('hex')}`
        const login = { username: USER, password: PASSWORD, auth_source: SOURCE }
        return { hosts: [`127.0.0.1:${server.port}`], database, ...login, tls: false }
      },
      async read({ database }) {
        const events = (await server.database(String(database))).collection('loam_events')
        return (await events.find().toArray()).map((found) => ({ id: String(found._id), body: String(found.payload) }))
      },
      at: (settings, { host, port }) => ({ ...settings, hosts: [`${host}:${port}`] }),
      kill: () => server.kill(),
      restart: () => server.restart(),
      stop: () => server.stop(),
    }
  },
})
