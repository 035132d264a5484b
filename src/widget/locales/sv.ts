import type { Catalogue } from './en.ts'

export const sv: Catalogue = {
  language: 'Svenska',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Anslut dina hälsodata',
  chooseLanguage: 'Språk',
  footer: 'Du loggar in på leverantörens egen sida. Ditt lösenord syns aldrig här.',

  pickTitle: 'Var kommer dina hälsodata ifrån?',
  pickLead: 'Välj en enhet eller app. Du kan koppla från när du vill.',
  search: 'Sök enheter och appar',
  searchButton: 'Sök',
  noMatch: (query) => `Inget här heter ”${query}”.`,
  showAll: 'Visa alla',
  nothingTitle: 'Det finns inget att ansluta ännu',
  nothingText: 'Appen har inte slagit på någon enhet eller tjänst. Säg gärna till dem som gör den.',
  connected: 'Ansluten',
  signInAgain: 'Logga in igen',
  disconnect: (name) => `Koppla från ${name}`,

  dataTypes: {
    activity: 'Träningspass',
    athlete: 'Profil',
    body: 'Kropp',
    daily: 'Daglig aktivitet',
    menstruation: 'Cykel',
    nutrition: 'Kost',
    sleep: 'Sömn',
  },

  signInTitle: (name) => `Logga in på ${name}`,
  signInLead: (name) =>
    `${name} har ingen inloggningssida för andra appar. Det du skriver här skickas bara till ${name}.`,
  signInStored: 'Det som behövs för att förbli ansluten lagras krypterat.',
  signInButton: (name) => `Anslut ${name}`,
  signInRefused: (name) => `${name} godtog inte detta. Kontrollera vad du skrev och försök igen.`,
  fieldEmpty: 'Fyll i det här fältet.',
  fieldLabels: { email: 'E-post', username: 'Användarnamn', password: 'Lösenord' },
  cancel: 'Avbryt',
  goOn: 'Tillbaka till appen',

  doneTitle: (name) => `${name} är ansluten`,
  doneText: 'Dina data är på väg till appen. Du kan stänga sidan och gå tillbaka.',

  failedTitle: (name) => `${name} anslöts inte`,
  someProvider: 'Din enhet eller app',
  tryAgain: (name) => `Försök med ${name} igen`,
  chooseAnother: 'Välj något annat',
  supportDetails: 'Uppgifter till supporten',
  supportCode: 'Kod',
  supportSession: 'Session',
  supportTime: 'Tid',

  causes: {
    denied: {
      title: (name) => `${name} meddelar att delning inte tilläts.`,
      text: 'Inget delades. Tillåt delning på leverantörens sida för att ansluta.',
    },
    no_scopes: {
      title: (name) => `${name} lät oss inte läsa något.`,
      text: 'Inget delades. Försök igen och låt minst en ruta vara ikryssad.',
    },
    other_account: {
      title: (name) => `Det här ${name}-kontot är redan kopplat till någon annan.`,
      text: 'Logga in med ett annat konto, eller koppla från det där först.',
    },
    too_many_attempts: {
      title: () => 'Det gick inte flera gånger.',
      text: 'För din säkerhet slutade vi här. Inget har delats. Kontrollera ditt lösenord hos leverantören och börja om.',
    },
    timed_out: {
      title: () => 'Det tog för lång tid.',
      text: 'För din säkerhet är inloggningen bara öppen några minuter. Inget delades.',
    },
    other_browser: {
      title: () => 'Inloggningen kom tillbaka i en annan webbläsare.',
      text: 'Inget delades. Börja om och stanna i samma webbläsare hela vägen.',
    },
    provider_down: {
      title: (name) => `${name} svarar inte som det ska just nu.`,
      text: 'Inget delades. Försök igen om några minuter.',
    },
    not_set_up: {
      title: (name) => `${name} kan inte anslutas ännu.`,
      text: 'Appen är inte färdigt inställd. Säg gärna till dem som gör den.',
    },
    unknown: {
      title: () => 'Något fungerade inte.',
      text: 'Inget delades. Försök igen.',
    },
  },

  expiredTitle: 'Länken har gått ut',
  expiredText: 'För din säkerhet gäller en länk bara i 15 minuter. Gå tillbaka till appen och be om en ny.',
  usedTitle: 'Länken är redan använd',
  usedText: 'Den ansluter en enhet eller app. Börja om i appen för att ansluta en till.',
  unknownTitle: 'Vi känner inte till länken',
  unknownText: 'Den kan vara avkortad eller felskriven. Gå tillbaka till appen och be om en ny.',
  notFoundTitle: 'Sidan finns inte',

  disconnectTitle: (name) => `Koppla från ${name}?`,
  disconnectText: (name) =>
    `Appen får inga fler data från ${name}, och det som samlats här raderas. Det går inte att ångra.`,
  disconnectConfirm: (name) => `Ja, koppla från ${name}`,
  keep: 'Behåll',
  disconnected: (name) => `${name} är frånkopplad.`,
}
