import type { Catalogue } from './en.ts'

export const es: Catalogue = {
  language: 'Español',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Conectar tus datos de salud',
  chooseLanguage: 'Idioma',
  footer: 'Inicias sesión en la página del proveedor. Aquí nunca se ve tu contraseña.',

  pickTitle: '¿De dónde vienen tus datos de salud?',
  pickLead: 'Elige un dispositivo o una aplicación. Puedes desconectarlo cuando quieras.',
  search: 'Buscar dispositivos y aplicaciones',
  searchButton: 'Buscar',
  noMatch: (query) => `Aquí no hay nada llamado «${query}».`,
  showAll: 'Ver todo',
  nothingTitle: 'Todavía no hay nada que conectar',
  nothingText: 'La aplicación no ha activado ningún dispositivo ni servicio. Avisa a quienes la desarrollan.',
  connected: 'Conectado',
  signInAgain: 'Vuelve a entrar',
  disconnect: (name) => `Desconectar ${name}`,

  dataTypes: {
    activity: 'Entrenamientos',
    athlete: 'Perfil',
    body: 'Cuerpo',
    daily: 'Actividad diaria',
    menstruation: 'Ciclo',
    nutrition: 'Alimentación',
    sleep: 'Sueño',
  },

  signInTitle: (name) => `Iniciar sesión en ${name}`,
  signInLead: (name) =>
    `${name} no tiene página de inicio de sesión para otras aplicaciones. Lo que escriba aquí llega solo a ${name}.`,
  signInStored: 'Lo necesario para seguir conectado se guarda cifrado.',
  signInButton: (name) => `Conectar ${name}`,
  signInRefused: (name) => `${name} no lo ha aceptado. Revise lo que ha escrito e inténtelo de nuevo.`,
  fieldEmpty: 'Rellene este campo.',
  fieldLabels: { email: 'Correo electrónico', username: 'Nombre de usuario', password: 'Contraseña' },
  cancel: 'Cancelar',
  goOn: 'Volver a la aplicación',

  doneTitle: (name) => `${name} está conectado`,
  doneText: 'Tus datos van de camino a la aplicación. Puedes cerrar esta página y volver a ella.',

  failedTitle: (name) => `${name} no se ha conectado`,
  someProvider: 'Tu dispositivo o aplicación',
  tryAgain: (name) => `Volver a intentarlo con ${name}`,
  chooseAnother: 'Elegir otra cosa',
  supportDetails: 'Datos para el soporte',
  supportCode: 'Código',
  supportSession: 'Sesión',
  supportTime: 'Hora',

  causes: {
    denied: {
      title: (name) => `${name} dice que no se permitió compartir.`,
      text: 'No se ha compartido nada. Para conectarte, permite compartir en la página del proveedor.',
    },
    no_scopes: {
      title: (name) => `${name} no nos deja leer nada.`,
      text: 'No se ha compartido nada. Inténtalo de nuevo y deja marcada al menos una casilla.',
    },
    other_account: {
      title: (name) => `Esta cuenta de ${name} ya está vinculada a otra persona.`,
      text: 'Entra con otra cuenta o desconéctala allí primero.',
    },
    too_many_attempts: {
      title: () => 'No ha funcionado varias veces.',
      text: 'Por su seguridad lo hemos dejado aquí. No se ha compartido nada. Compruebe su contraseña en el proveedor y empiece de nuevo.',
    },
    timed_out: {
      title: () => 'Ha tardado demasiado.',
      text: 'Por tu seguridad, el inicio de sesión solo está abierto unos minutos. No se ha compartido nada.',
    },
    other_browser: {
      title: () => 'El inicio de sesión ha vuelto en otro navegador.',
      text: 'No se ha compartido nada. Empieza de nuevo y sigue en el mismo navegador hasta el final.',
    },
    provider_down: {
      title: (name) => `${name} no responde bien en este momento.`,
      text: 'No se ha compartido nada. Inténtalo de nuevo dentro de unos minutos.',
    },
    not_set_up: {
      title: (name) => `${name} todavía no se puede conectar.`,
      text: 'La aplicación no ha terminado de configurarlo. Avisa a quienes la desarrollan.',
    },
    unknown: {
      title: () => 'Algo no ha funcionado.',
      text: 'No se ha compartido nada. Inténtalo de nuevo.',
    },
  },

  expiredTitle: 'Este enlace ha caducado',
  expiredText: 'Por tu seguridad, un enlace solo vale 15 minutos. Vuelve a la aplicación y pide uno nuevo.',
  usedTitle: 'Este enlace ya se ha usado',
  usedText: 'Conecta un dispositivo o una aplicación. Para conectar otro, empieza de nuevo en la aplicación.',
  unknownTitle: 'No conocemos este enlace',
  unknownText: 'Puede estar cortado o mal escrito. Vuelve a la aplicación y pide uno nuevo.',
  notFoundTitle: 'Esta página no existe',

  disconnectTitle: (name) => `¿Desconectar ${name}?`,
  disconnectText: (name) =>
    `La aplicación no recibirá más datos de ${name} y se borrará lo reunido aquí. No se puede deshacer.`,
  disconnectConfirm: (name) => `Sí, desconectar ${name}`,
  keep: 'Mantener',
  disconnected: (name) => `${name} está desconectado.`,
}
