// The catalogue that all others are typed after. Sentences say what happened, then what to do next.
export const en = {
  /** How speakers of the language call it. */
  language: 'English',
  direction: 'ltr' as 'ltr' | 'rtl',
  /** False for drafts that no native speaker has read yet; the docs list them. */
  reviewed: true,

  pageTitle: 'Connect your health data',
  chooseLanguage: 'Language',
  footer: 'You sign in on the provider’s own page. Your password is never seen here.',

  pickTitle: 'Where does your health data come from?',
  pickLead: 'Choose a device or an app. You can disconnect it at any time.',
  search: 'Search devices and apps',
  searchButton: 'Search',
  noMatch: (query: string) => `Nothing here is called “${query}”.`,
  showAll: 'Show all',
  nothingTitle: 'There is nothing to connect yet',
  nothingText: 'The app has not switched on any device or service. Please tell the people who make it.',
  connected: 'Connected',
  signInAgain: 'Sign in again',
  disconnect: (name: string) => `Disconnect ${name}`,

  dataTypes: {
    activity: 'Workouts',
    athlete: 'Profile',
    body: 'Body',
    daily: 'Daily activity',
    menstruation: 'Cycle',
    nutrition: 'Nutrition',
    sleep: 'Sleep',
  },

  signInTitle: (name: string) => `Sign in to ${name}`,
  signInLead: (name: string) =>
    `${name} has no sign-in page for other apps. What you type here goes to ${name} and to nobody else.`,
  signInStored: 'What is needed to stay connected is stored encrypted.',
  signInButton: (name: string) => `Connect ${name}`,
  signInRefused: (name: string) => `${name} did not accept this. Check what you typed and try again.`,
  fieldEmpty: 'Please fill this in.',
  fieldLabels: { email: 'Email', username: 'User name', password: 'Password' },
  cancel: 'Cancel',
  goOn: 'Back to the app',

  doneTitle: (name: string) => `${name} is connected`,
  doneText: 'Your data is on its way to the app. You can close this page and go back.',

  failedTitle: (name: string) => `${name} was not connected`,
  someProvider: 'Your device or app',
  tryAgain: (name: string) => `Try ${name} again`,
  chooseAnother: 'Choose another',
  supportDetails: 'Details for support',
  supportCode: 'Code',
  supportSession: 'Session',
  supportTime: 'Time',

  causes: {
    denied: {
      title: (name: string) => `${name} said that sharing was not allowed.`,
      text: 'Nothing was shared. To connect, allow sharing on the provider’s page.',
    },
    no_scopes: {
      title: (name: string) => `${name} did not let us read anything.`,
      text: 'Nothing was shared. Try again and leave at least one box ticked.',
    },
    other_account: {
      title: (name: string) => `This ${name} account is already linked to someone else.`,
      text: 'Sign in with another account, or disconnect it there first.',
    },
    too_many_attempts: {
      title: () => 'That did not work several times.',
      text: 'For your safety we stopped here. Nothing was shared. Check your password at the provider, then start again.',
    },
    timed_out: {
      title: () => 'That took too long.',
      text: 'For your safety a sign-in is only open for a few minutes. Nothing was shared.',
    },
    other_browser: {
      title: () => 'The sign-in came back to another browser.',
      text: 'Nothing was shared. Start again and stay in one browser until the end.',
    },
    provider_down: {
      title: (name: string) => `${name} does not answer properly at the moment.`,
      text: 'Nothing was shared. Please try again in a few minutes.',
    },
    not_set_up: {
      title: (name: string) => `${name} cannot be connected yet.`,
      text: 'The app has not finished setting it up. Please tell the people who make it.',
    },
    unknown: {
      title: () => 'Something did not work.',
      text: 'Nothing was shared. Please try again.',
    },
  },

  expiredTitle: 'This link has run out',
  expiredText: 'For your safety a link only works for 15 minutes. Go back to the app and ask for a new one.',
  usedTitle: 'This link has been used',
  usedText: 'It connects one device or app. To connect another one, start again in the app.',
  unknownTitle: 'We do not know this link',
  unknownText: 'It may be cut off or mistyped. Go back to the app and ask for a new one.',
  notFoundTitle: 'There is no such page',

  disconnectTitle: (name: string) => `Disconnect ${name}?`,
  disconnectText: (name: string) =>
    `The app gets no more data from ${name}, and what was collected here is deleted. This cannot be undone.`,
  disconnectConfirm: (name: string) => `Yes, disconnect ${name}`,
  keep: 'Keep it',
  disconnected: (name: string) => `${name} is disconnected.`,
}

type Widened<T> = T extends string
  ? T extends 'ltr' | 'rtl'
    ? 'ltr' | 'rtl'
    : string
  : T extends boolean
    ? boolean
    : T extends (...args: infer A) => string
      ? (...args: A) => string
      : { [K in keyof T]: Widened<T[K]> }

export type Catalogue = Widened<typeof en>
export type Cause = keyof Catalogue['causes']
