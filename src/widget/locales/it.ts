import type { Catalogue } from './en.ts'

export const it: Catalogue = {
  language: 'Italiano',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Collega i tuoi dati sulla salute',
  chooseLanguage: 'Lingua',
  footer: 'Accedi sulla pagina del fornitore. Qui la tua password non si vede mai.',

  pickTitle: 'Da dove vengono i tuoi dati sulla salute?',
  pickLead: 'Scegli un dispositivo o un’app. Puoi scollegarlo in qualsiasi momento.',
  search: 'Cerca dispositivi e app',
  searchButton: 'Cerca',
  noMatch: (query) => `Qui non c’è niente che si chiami «${query}».`,
  showAll: 'Mostra tutto',
  nothingTitle: 'Non c’è ancora niente da collegare',
  nothingText: 'L’app non ha attivato alcun dispositivo o servizio. Segnalalo a chi la sviluppa.',
  connected: 'Collegato',
  signInAgain: 'Accedi di nuovo',
  disconnect: (name) => `Scollega ${name}`,

  dataTypes: {
    activity: 'Allenamenti',
    athlete: 'Profilo',
    body: 'Corpo',
    daily: 'Attività quotidiana',
    menstruation: 'Ciclo',
    nutrition: 'Alimentazione',
    sleep: 'Sonno',
  },

  signInTitle: (name) => `Accedi a ${name}`,
  signInLead: (name) => `${name} non ha una pagina di accesso per altre app. Ciò che scrivi qui arriva solo a ${name}.`,
  signInStored: 'Ciò che serve per restare connessi viene conservato cifrato.',
  signInButton: (name) => `Collega ${name}`,
  signInRefused: (name) => `${name} non lo ha accettato. Controlla ciò che hai scritto e riprova.`,
  fieldEmpty: 'Compila questo campo.',
  fieldLabels: { email: 'E-mail', username: 'Nome utente', password: 'Password' },
  cancel: 'Annulla',
  goOn: 'Torna all’app',

  doneTitle: (name) => `${name} è collegato`,
  doneText: 'I tuoi dati stanno arrivando all’app. Puoi chiudere questa pagina e tornare indietro.',

  failedTitle: (name) => `${name} non è stato collegato`,
  someProvider: 'Il tuo dispositivo o la tua app',
  tryAgain: (name) => `Riprova con ${name}`,
  chooseAnother: 'Scegli altro',
  supportDetails: 'Dettagli per l’assistenza',
  supportCode: 'Codice',
  supportSession: 'Sessione',
  supportTime: 'Ora',

  causes: {
    denied: {
      title: (name) => `${name} dice che la condivisione non è stata consentita.`,
      text: 'Non è stato condiviso nulla. Per collegarti, consenti la condivisione sulla pagina del fornitore.',
    },
    no_scopes: {
      title: (name) => `${name} non ci lascia leggere nulla.`,
      text: 'Non è stato condiviso nulla. Riprova lasciando selezionata almeno una casella.',
    },
    other_account: {
      title: (name) => `Questo account ${name} è già collegato a un’altra persona.`,
      text: 'Accedi con un altro account, oppure scollegalo prima da lì.',
    },
    too_many_attempts: {
      title: () => 'Non ha funzionato più volte.',
      text: 'Per la tua sicurezza ci siamo fermati qui. Non è stato condiviso nulla. Controlla la password presso il fornitore e ricomincia.',
    },
    timed_out: {
      title: () => 'È passato troppo tempo.',
      text: 'Per la tua sicurezza l’accesso resta aperto solo pochi minuti. Non è stato condiviso nulla.',
    },
    other_browser: {
      title: () => 'L’accesso è tornato in un altro browser.',
      text: 'Non è stato condiviso nulla. Ricomincia e resta nello stesso browser fino alla fine.',
    },
    provider_down: {
      title: (name) => `${name} al momento non risponde correttamente.`,
      text: 'Non è stato condiviso nulla. Riprova tra qualche minuto.',
    },
    not_set_up: {
      title: (name) => `${name} non si può ancora collegare.`,
      text: 'L’app non ha completato la configurazione. Segnalalo a chi la sviluppa.',
    },
    unknown: {
      title: () => 'Qualcosa non ha funzionato.',
      text: 'Non è stato condiviso nulla. Riprova.',
    },
  },

  expiredTitle: 'Questo link è scaduto',
  expiredText: 'Per la tua sicurezza un link vale solo 15 minuti. Torna all’app e chiedine uno nuovo.',
  usedTitle: 'Questo link è già stato usato',
  usedText: 'Collega un dispositivo o un’app. Per collegarne un altro, ricomincia dall’app.',
  unknownTitle: 'Non conosciamo questo link',
  unknownText: 'Forse è incompleto o scritto male. Torna all’app e chiedine uno nuovo.',
  notFoundTitle: 'Questa pagina non esiste',

  disconnectTitle: (name) => `Scollegare ${name}?`,
  disconnectText: (name) =>
    `L’app non riceverà più dati da ${name} e quelli raccolti qui saranno cancellati. Non si può annullare.`,
  disconnectConfirm: (name) => `Sì, scollega ${name}`,
  keep: 'Mantieni',
  disconnected: (name) => `${name} è scollegato.`,
}
