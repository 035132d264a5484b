import type { Catalogue } from './en.ts'

export const nl: Catalogue = {
  language: 'Nederlands',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Verbind je gezondheidsgegevens',
  chooseLanguage: 'Taal',
  footer: 'Je logt in op de pagina van de aanbieder zelf. Je wachtwoord is hier nooit te zien.',

  pickTitle: 'Waar komen je gezondheidsgegevens vandaan?',
  pickLead: 'Kies een apparaat of app. Je kunt de verbinding altijd weer verbreken.',
  search: 'Apparaten en apps zoeken',
  searchButton: 'Zoeken',
  noMatch: (query) => `Niets hier heet “${query}”.`,
  showAll: 'Alles tonen',
  nothingTitle: 'Er is nog niets om te verbinden',
  nothingText: 'De app heeft nog geen apparaat of dienst aangezet. Laat het de makers weten.',
  connected: 'Verbonden',
  signInAgain: 'Opnieuw inloggen',
  disconnect: (name) => `${name} loskoppelen`,

  dataTypes: {
    activity: 'Trainingen',
    athlete: 'Profiel',
    body: 'Lichaam',
    daily: 'Dagelijkse activiteit',
    menstruation: 'Cyclus',
    nutrition: 'Voeding',
    sleep: 'Slaap',
  },

  signInTitle: (name) => `Inloggen bij ${name}`,
  signInLead: (name) => `${name} heeft geen inlogpagina voor andere apps. Wat u hier typt, gaat alleen naar ${name}.`,
  signInStored: 'Wat nodig is om verbonden te blijven, wordt versleuteld bewaard.',
  signInButton: (name) => `${name} verbinden`,
  signInRefused: (name) => `${name} heeft dit niet aanvaard. Controleer wat u hebt getypt en probeer het opnieuw.`,
  fieldEmpty: 'Vul dit in.',
  fieldLabels: { email: 'E-mail', username: 'Gebruikersnaam', password: 'Wachtwoord' },
  cancel: 'Annuleren',
  goOn: 'Terug naar de app',

  doneTitle: (name) => `${name} is verbonden`,
  doneText: 'Je gegevens zijn onderweg naar de app. Je kunt deze pagina sluiten en teruggaan.',

  failedTitle: (name) => `${name} is niet verbonden`,
  someProvider: 'Je apparaat of app',
  tryAgain: (name) => `${name} opnieuw proberen`,
  chooseAnother: 'Iets anders kiezen',
  supportDetails: 'Gegevens voor de helpdesk',
  supportCode: 'Code',
  supportSession: 'Sessie',
  supportTime: 'Tijd',

  causes: {
    denied: {
      title: (name) => `${name} meldt dat delen niet is toegestaan.`,
      text: 'Er is niets gedeeld. Sta delen toe op de pagina van de aanbieder om te verbinden.',
    },
    no_scopes: {
      title: (name) => `${name} laat ons niets lezen.`,
      text: 'Er is niets gedeeld. Probeer het opnieuw en laat minstens één vakje aangevinkt.',
    },
    other_account: {
      title: (name) => `Dit ${name}-account is al aan iemand anders gekoppeld.`,
      text: 'Log in met een ander account, of koppel het daar eerst los.',
    },
    too_many_attempts: {
      title: () => 'Dat is meerdere keren niet gelukt.',
      text: 'Voor uw veiligheid zijn we hier gestopt. Er is niets gedeeld. Controleer uw wachtwoord bij de aanbieder en begin opnieuw.',
    },
    timed_out: {
      title: () => 'Dat duurde te lang.',
      text: 'Voor je veiligheid blijft inloggen maar een paar minuten open. Er is niets gedeeld.',
    },
    other_browser: {
      title: () => 'Het inloggen kwam terug in een andere browser.',
      text: 'Er is niets gedeeld. Begin opnieuw en blijf tot het eind in dezelfde browser.',
    },
    provider_down: {
      title: (name) => `${name} antwoordt op dit moment niet goed.`,
      text: 'Er is niets gedeeld. Probeer het over een paar minuten opnieuw.',
    },
    not_set_up: {
      title: (name) => `${name} kan nog niet worden verbonden.`,
      text: 'De app is nog niet klaar met instellen. Laat het de makers weten.',
    },
    unknown: {
      title: () => 'Er ging iets mis.',
      text: 'Er is niets gedeeld. Probeer het opnieuw.',
    },
  },

  expiredTitle: 'Deze link is verlopen',
  expiredText: 'Voor je veiligheid werkt een link maar 15 minuten. Ga terug naar de app en vraag een nieuwe.',
  usedTitle: 'Deze link is al gebruikt',
  usedText: 'Hij verbindt één apparaat of app. Begin opnieuw in de app om nog iets te verbinden.',
  unknownTitle: 'We kennen deze link niet',
  unknownText: 'Misschien is hij afgekapt of verkeerd getypt. Ga terug naar de app en vraag een nieuwe.',
  notFoundTitle: 'Deze pagina bestaat niet',

  disconnectTitle: (name) => `${name} loskoppelen?`,
  disconnectText: (name) =>
    `De app krijgt geen gegevens meer van ${name}, en wat hier verzameld is wordt gewist. Dit is definitief.`,
  disconnectConfirm: (name) => `Ja, ${name} loskoppelen`,
  keep: 'Behouden',
  disconnected: (name) => `${name} is losgekoppeld.`,
}
