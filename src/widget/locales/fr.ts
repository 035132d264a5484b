import type { Catalogue } from './en.ts'

export const fr: Catalogue = {
  language: 'Français',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Connecter vos données de santé',
  chooseLanguage: 'Langue',
  footer: 'Vous vous identifiez sur la page du fournisseur. Votre mot de passe n’est jamais visible ici.',

  pickTitle: 'D’où viennent vos données de santé ?',
  pickLead: 'Choisissez un appareil ou une application. Vous pourrez le déconnecter à tout moment.',
  search: 'Chercher un appareil ou une application',
  searchButton: 'Chercher',
  noMatch: (query) => `Rien ici ne s’appelle « ${query} ».`,
  showAll: 'Tout afficher',
  nothingTitle: 'Il n’y a encore rien à connecter',
  nothingText: 'L’application n’a activé aucun appareil ni service. Merci de le signaler à son éditeur.',
  connected: 'Connecté',
  signInAgain: 'À reconnecter',
  disconnect: (name) => `Déconnecter ${name}`,

  dataTypes: {
    activity: 'Entraînements',
    athlete: 'Profil',
    body: 'Corps',
    daily: 'Activité du jour',
    menstruation: 'Cycle',
    nutrition: 'Alimentation',
    sleep: 'Sommeil',
  },

  signInTitle: (name) => `Se connecter à ${name}`,
  signInLead: (name) =>
    `${name} n’a pas de page de connexion pour les autres applications. Ce que vous saisissez ici n’est transmis qu’à ${name}.`,
  signInStored: 'Ce qu’il faut pour rester connecté est conservé chiffré.',
  signInButton: (name) => `Connecter ${name}`,
  signInRefused: (name) => `${name} ne l’a pas accepté. Vérifiez votre saisie et réessayez.`,
  fieldEmpty: 'Veuillez remplir ce champ.',
  fieldLabels: { email: 'E-mail', username: 'Nom d’utilisateur', password: 'Mot de passe' },
  cancel: 'Annuler',
  goOn: 'Revenir à l’application',

  doneTitle: (name) => `${name} est connecté`,
  doneText: 'Vos données arrivent dans l’application. Vous pouvez fermer cette page et y retourner.',

  failedTitle: (name) => `${name} n’a pas été connecté`,
  someProvider: 'Votre appareil ou application',
  tryAgain: (name) => `Réessayer avec ${name}`,
  chooseAnother: 'Choisir autre chose',
  supportDetails: 'Informations pour l’assistance',
  supportCode: 'Code',
  supportSession: 'Session',
  supportTime: 'Heure',

  causes: {
    denied: {
      title: (name) => `${name} indique que le partage n’a pas été autorisé.`,
      text: 'Rien n’a été partagé. Pour vous connecter, autorisez le partage sur la page du fournisseur.',
    },
    no_scopes: {
      title: (name) => `${name} ne nous laisse rien lire.`,
      text: 'Rien n’a été partagé. Réessayez en laissant au moins une case cochée.',
    },
    other_account: {
      title: (name) => `Ce compte ${name} est déjà lié à une autre personne.`,
      text: 'Utilisez un autre compte, ou déconnectez-le d’abord là-bas.',
    },
    too_many_attempts: {
      title: () => 'Cela n’a pas fonctionné plusieurs fois.',
      text: 'Pour votre sécurité, nous nous sommes arrêtés là. Rien n’a été partagé. Vérifiez votre mot de passe chez le fournisseur, puis recommencez.',
    },
    timed_out: {
      title: () => 'Cela a pris trop de temps.',
      text: 'Pour votre sécurité, l’identification n’est ouverte que quelques minutes. Rien n’a été partagé.',
    },
    other_browser: {
      title: () => 'L’identification est revenue dans un autre navigateur.',
      text: 'Rien n’a été partagé. Recommencez et restez dans le même navigateur jusqu’à la fin.',
    },
    provider_down: {
      title: (name) => `${name} ne répond pas correctement en ce moment.`,
      text: 'Rien n’a été partagé. Réessayez dans quelques minutes.',
    },
    not_set_up: {
      title: (name) => `${name} ne peut pas encore être connecté.`,
      text: 'L’application n’a pas terminé sa configuration. Merci de le signaler à son éditeur.',
    },
    unknown: {
      title: () => 'Quelque chose n’a pas fonctionné.',
      text: 'Rien n’a été partagé. Merci de réessayer.',
    },
  },

  expiredTitle: 'Ce lien a expiré',
  expiredText:
    'Pour votre sécurité, un lien n’est valable que 15 minutes. Retournez dans l’application et demandez-en un nouveau.',
  usedTitle: 'Ce lien a déjà servi',
  usedText: 'Il connecte un appareil ou une application. Pour en connecter un autre, recommencez dans l’application.',
  unknownTitle: 'Nous ne connaissons pas ce lien',
  unknownText: 'Il est peut-être incomplet ou mal recopié. Retournez dans l’application et demandez-en un nouveau.',
  notFoundTitle: 'Cette page n’existe pas',

  disconnectTitle: (name) => `Déconnecter ${name} ?`,
  disconnectText: (name) =>
    `L’application ne recevra plus de données de ${name}, et celles réunies ici seront effacées. C’est définitif.`,
  disconnectConfirm: (name) => `Oui, déconnecter ${name}`,
  keep: 'Garder',
  disconnected: (name) => `${name} est déconnecté.`,
}
