import type { Catalogue } from './en.ts'

export const de: Catalogue = {
  language: 'Deutsch',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Gesundheitsdaten verbinden',
  chooseLanguage: 'Sprache',
  footer: 'Sie melden sich auf der Seite des Anbieters an. Ihr Passwort ist hier nie zu sehen.',

  pickTitle: 'Woher kommen Ihre Gesundheitsdaten?',
  pickLead: 'Wählen Sie ein Gerät oder eine App. Sie können die Verbindung jederzeit trennen.',
  search: 'Geräte und Apps suchen',
  searchButton: 'Suchen',
  noMatch: (query) => `Hier heißt nichts „${query}“.`,
  showAll: 'Alle zeigen',
  nothingTitle: 'Noch gibt es nichts zu verbinden',
  nothingText:
    'Die App hat noch kein Gerät und keinen Dienst eingeschaltet. Bitte sagen Sie dem Anbieter der App Bescheid.',
  connected: 'Verbunden',
  signInAgain: 'Neu anmelden',
  disconnect: (name) => `${name} trennen`,

  dataTypes: {
    activity: 'Training',
    athlete: 'Profil',
    body: 'Körper',
    daily: 'Tagesaktivität',
    menstruation: 'Zyklus',
    nutrition: 'Ernährung',
    sleep: 'Schlaf',
  },

  signInTitle: (name) => `Bei ${name} anmelden`,
  signInLead: (name) =>
    `${name} hat keine Anmeldeseite für andere Apps. Was Sie hier eingeben, geht an ${name} und an niemanden sonst.`,
  signInStored: 'Was nötig ist, um verbunden zu bleiben, wird verschlüsselt gespeichert.',
  signInButton: (name) => `${name} verbinden`,
  signInRefused: (name) =>
    `${name} hat das nicht angenommen. Prüfen Sie Ihre Eingabe und versuchen Sie es noch einmal.`,
  fieldEmpty: 'Bitte ausfüllen.',
  fieldLabels: { email: 'E-Mail', username: 'Benutzername', password: 'Passwort' },
  cancel: 'Abbrechen',
  goOn: 'Zurück zur App',

  doneTitle: (name) => `${name} ist verbunden`,
  doneText: 'Ihre Daten sind unterwegs zur App. Sie können diese Seite schließen und zurückgehen.',

  failedTitle: (name) => `${name} wurde nicht verbunden`,
  someProvider: 'Ihr Gerät oder Ihre App',
  tryAgain: (name) => `${name} noch einmal versuchen`,
  chooseAnother: 'Etwas anderes wählen',
  supportDetails: 'Angaben für den Support',
  supportCode: 'Code',
  supportSession: 'Sitzung',
  supportTime: 'Zeit',

  causes: {
    denied: {
      title: (name) => `${name} meldet: Die Freigabe wurde nicht erlaubt.`,
      text: 'Es wurde nichts geteilt. Erlauben Sie zum Verbinden die Freigabe auf der Seite des Anbieters.',
    },
    no_scopes: {
      title: (name) => `${name} lässt uns nichts lesen.`,
      text: 'Es wurde nichts geteilt. Versuchen Sie es noch einmal und lassen Sie mindestens ein Häkchen stehen.',
    },
    other_account: {
      title: (name) => `Dieses ${name}-Konto gehört schon zu jemand anderem.`,
      text: 'Melden Sie sich mit einem anderen Konto an oder trennen Sie es dort zuerst.',
    },
    too_many_attempts: {
      title: () => 'Das hat mehrmals nicht geklappt.',
      text: 'Zu Ihrer Sicherheit haben wir hier aufgehört. Nichts wurde geteilt. Prüfen Sie Ihr Passwort beim Anbieter und beginnen Sie dann neu.',
    },
    timed_out: {
      title: () => 'Das hat zu lange gedauert.',
      text: 'Zu Ihrer Sicherheit ist eine Anmeldung nur wenige Minuten offen. Es wurde nichts geteilt.',
    },
    other_browser: {
      title: () => 'Die Anmeldung kam in einem anderen Browser zurück.',
      text: 'Es wurde nichts geteilt. Fangen Sie neu an und bleiben Sie bis zum Ende im selben Browser.',
    },
    provider_down: {
      title: (name) => `${name} antwortet gerade nicht richtig.`,
      text: 'Es wurde nichts geteilt. Bitte versuchen Sie es in einigen Minuten wieder.',
    },
    not_set_up: {
      title: (name) => `${name} kann noch nicht verbunden werden.`,
      text: 'Die App hat die Einrichtung nicht abgeschlossen. Bitte sagen Sie dem Anbieter der App Bescheid.',
    },
    unknown: {
      title: () => 'Etwas hat nicht funktioniert.',
      text: 'Es wurde nichts geteilt. Bitte versuchen Sie es noch einmal.',
    },
  },

  expiredTitle: 'Dieser Link ist abgelaufen',
  expiredText:
    'Zu Ihrer Sicherheit gilt ein Link nur 15 Minuten. Gehen Sie zurück zur App und lassen Sie sich einen neuen geben.',
  usedTitle: 'Dieser Link wurde schon benutzt',
  usedText: 'Er verbindet ein Gerät oder eine App. Für eine weitere Verbindung beginnen Sie in der App neu.',
  unknownTitle: 'Diesen Link kennen wir nicht',
  unknownText:
    'Vielleicht ist er abgeschnitten oder vertippt. Gehen Sie zurück zur App und lassen Sie sich einen neuen geben.',
  notFoundTitle: 'Diese Seite gibt es nicht',

  disconnectTitle: (name) => `${name} trennen?`,
  disconnectText: (name) =>
    `Die App bekommt keine Daten mehr von ${name}, und was hier gesammelt wurde, wird gelöscht. Das lässt sich nicht rückgängig machen.`,
  disconnectConfirm: (name) => `Ja, ${name} trennen`,
  keep: 'Behalten',
  disconnected: (name) => `${name} ist getrennt.`,
}
