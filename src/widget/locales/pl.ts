import type { Catalogue } from './en.ts'

export const pl: Catalogue = {
  language: 'Polski',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Połącz swoje dane o zdrowiu',
  chooseLanguage: 'Język',
  footer: 'Logujesz się na stronie dostawcy. Twoje hasło nigdy nie jest tu widoczne.',

  pickTitle: 'Skąd pochodzą Twoje dane o zdrowiu?',
  pickLead: 'Wybierz urządzenie lub aplikację. Możesz je odłączyć w każdej chwili.',
  search: 'Szukaj urządzeń i aplikacji',
  searchButton: 'Szukaj',
  noMatch: (query) => `Nic tu nie nazywa się „${query}”.`,
  showAll: 'Pokaż wszystko',
  nothingTitle: 'Na razie nie ma czego połączyć',
  nothingText: 'Aplikacja nie włączyła żadnego urządzenia ani usługi. Powiedz o tym jej twórcom.',
  connected: 'Połączono',
  signInAgain: 'Zaloguj się ponownie',
  disconnect: (name) => `Odłącz: ${name}`,

  dataTypes: {
    activity: 'Treningi',
    athlete: 'Profil',
    body: 'Ciało',
    daily: 'Aktywność dzienna',
    menstruation: 'Cykl',
    nutrition: 'Odżywianie',
    sleep: 'Sen',
  },

  signInTitle: (name) => `Zaloguj się do ${name}`,
  signInLead: (name) =>
    `${name} nie ma strony logowania dla innych aplikacji. To, co tu wpiszesz, trafia tylko do ${name}.`,
  signInStored: 'To, co potrzebne do utrzymania połączenia, jest przechowywane w postaci zaszyfrowanej.',
  signInButton: (name) => `Połącz ${name}`,
  signInRefused: (name) => `${name} tego nie przyjął. Sprawdź wpisane dane i spróbuj ponownie.`,
  fieldEmpty: 'Wypełnij to pole.',
  fieldLabels: { email: 'E-mail', username: 'Nazwa użytkownika', password: 'Hasło' },
  cancel: 'Anuluj',
  goOn: 'Wróć do aplikacji',

  doneTitle: (name) => `Połączono: ${name}`,
  doneText: 'Twoje dane są w drodze do aplikacji. Możesz zamknąć tę stronę i wrócić.',

  failedTitle: (name) => `Nie połączono: ${name}`,
  someProvider: 'Twoje urządzenie lub aplikacja',
  tryAgain: (name) => `Spróbuj ponownie: ${name}`,
  chooseAnother: 'Wybierz coś innego',
  supportDetails: 'Informacje dla pomocy technicznej',
  supportCode: 'Kod',
  supportSession: 'Sesja',
  supportTime: 'Czas',

  causes: {
    denied: {
      title: (name) => `${name}: nie zezwolono na udostępnianie.`,
      text: 'Nic nie udostępniono. Aby połączyć, zezwól na udostępnianie na stronie dostawcy.',
    },
    no_scopes: {
      title: (name) => `${name}: nie możemy nic odczytać.`,
      text: 'Nic nie udostępniono. Spróbuj ponownie i zostaw zaznaczone co najmniej jedno pole.',
    },
    other_account: {
      title: (name) => `To konto ${name} jest już połączone z kimś innym.`,
      text: 'Zaloguj się na inne konto albo najpierw odłącz je tam.',
    },
    too_many_attempts: {
      title: () => 'Kilka razy się nie udało.',
      text: 'Dla bezpieczeństwa zatrzymaliśmy się tutaj. Niczego nie udostępniono. Sprawdź hasło u dostawcy i zacznij od nowa.',
    },
    timed_out: {
      title: () => 'To trwało zbyt długo.',
      text: 'Dla Twojego bezpieczeństwa logowanie jest otwarte tylko kilka minut. Nic nie udostępniono.',
    },
    other_browser: {
      title: () => 'Logowanie wróciło w innej przeglądarce.',
      text: 'Nic nie udostępniono. Zacznij od nowa i zostań do końca w tej samej przeglądarce.',
    },
    provider_down: {
      title: (name) => `${name} nie odpowiada teraz prawidłowo.`,
      text: 'Nic nie udostępniono. Spróbuj ponownie za kilka minut.',
    },
    not_set_up: {
      title: (name) => `${name}: jeszcze nie można połączyć.`,
      text: 'Aplikacja nie dokończyła konfiguracji. Powiedz o tym jej twórcom.',
    },
    unknown: {
      title: () => 'Coś się nie udało.',
      text: 'Nic nie udostępniono. Spróbuj ponownie.',
    },
  },

  expiredTitle: 'Ten link wygasł',
  expiredText: 'Dla Twojego bezpieczeństwa link działa tylko 15 minut. Wróć do aplikacji i poproś o nowy.',
  usedTitle: 'Ten link został już użyty',
  usedText: 'Łączy jedno urządzenie lub aplikację. Aby połączyć kolejne, zacznij od nowa w aplikacji.',
  unknownTitle: 'Nie znamy tego linku',
  unknownText: 'Może być ucięty lub źle przepisany. Wróć do aplikacji i poproś o nowy.',
  notFoundTitle: 'Nie ma takiej strony',

  disconnectTitle: (name) => `Odłączyć: ${name}?`,
  disconnectText: (name) =>
    `Aplikacja nie dostanie więcej danych (${name}), a to, co tu zebrano, zostanie usunięte. Nie można tego cofnąć.`,
  disconnectConfirm: (name) => `Tak, odłącz: ${name}`,
  keep: 'Zostaw',
  disconnected: (name) => `Odłączono: ${name}.`,
}
