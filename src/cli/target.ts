// Which server the commands speak to, and as whom.
import { readSettings } from '../config.ts'
import { readServerProfile } from '../platform/server-profile.ts'
import { CliFailure, EXIT } from './failure.ts'

export interface Target {
  url: string
  adminToken: string
  devId: string | null
}

/**
 * The server that was last started from this folder, reached past any proxy; or the one that `LOAM_PUBLIC_URL` and
 * `LOAM_ADMIN_TOKEN` name. The token of the one is never sent to the other.
 */
export function findTarget(env: string | undefined): Target {
  const { config, origins } = readSettings()
  const devId = env ?? null
  const profile = readServerProfile(config.dataDir)
  const named = origins.LOAM_PUBLIC_URL === 'default' ? null : config.publicUrl
  if (profile !== null && (named === null || named === profile.public_url)) {
    return { url: profile.url, adminToken: config.adminToken ?? profile.admin_token, devId }
  }
  if (config.adminToken !== null) return { url: config.publicUrl, adminToken: config.adminToken, devId }
  throw new CliFailure(
    named === null
      ? 'No server has been started here: run `npm start` first, or set LOAM_PUBLIC_URL and LOAM_ADMIN_TOKEN.'
      : `${named} needs its admin token: set LOAM_ADMIN_TOKEN.`,
    named === null ? EXIT.notAvailable : EXIT.notSignedIn,
  )
}
