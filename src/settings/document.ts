// The settings as the documentation and `loam config` tell of them.
import { isSecret, type SettingName, settingNames, Settings } from './schema.ts'

/** What the documentation says of each setting. */
export function describeSettings(): { name: SettingName; secret: boolean; default: string; meaning: string }[] {
  return settingNames.map((name) => {
    const { description = '', shown } = Settings.shape[name].meta() as { description?: string; shown: string }
    return { name, secret: isSecret(name), default: shown, meaning: description }
  })
}

/** The table of docs/configuration.md. */
export function settingsTable(): string {
  const rows = describeSettings().map(
    ({ name, secret, default: shown, meaning }) =>
      `| \`${name}\`${secret ? `, \`${name}_FILE\`` : ''} | ${shown} | ${meaning} |`,
  )
  return ['| Variable | Default | Meaning |', '|---|---|---|', ...rows].join('\n')
}
