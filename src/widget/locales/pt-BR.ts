import type { Catalogue } from './en.ts'

export const ptBR: Catalogue = {
  language: 'Português (Brasil)',
  direction: 'ltr',
  reviewed: false,

  pageTitle: 'Conecte seus dados de saúde',
  chooseLanguage: 'Idioma',
  footer: 'Você entra na página do próprio provedor. Sua senha nunca é vista aqui.',

  pickTitle: 'De onde vêm seus dados de saúde?',
  pickLead: 'Escolha um dispositivo ou aplicativo. Você pode desconectar quando quiser.',
  search: 'Buscar dispositivos e aplicativos',
  searchButton: 'Buscar',
  noMatch: (query) => `Nada aqui se chama “${query}”.`,
  showAll: 'Mostrar tudo',
  nothingTitle: 'Ainda não há nada para conectar',
  nothingText: 'O aplicativo não ativou nenhum dispositivo ou serviço. Avise quem o desenvolve.',
  connected: 'Conectado',
  signInAgain: 'Entre de novo',
  disconnect: (name) => `Desconectar ${name}`,

  dataTypes: {
    activity: 'Treinos',
    athlete: 'Perfil',
    body: 'Corpo',
    daily: 'Atividade diária',
    menstruation: 'Ciclo',
    nutrition: 'Alimentação',
    sleep: 'Sono',
  },

  signInTitle: (name) => `Entrar em ${name}`,
  signInLead: (name) =>
    `${name} não tem página de login para outros aplicativos. O que você digita aqui vai somente para ${name}.`,
  signInStored: 'O que é necessário para continuar conectado é guardado de forma criptografada.',
  signInButton: (name) => `Conectar ${name}`,
  signInRefused: (name) => `${name} não aceitou. Confira o que você digitou e tente de novo.`,
  fieldEmpty: 'Preencha este campo.',
  fieldLabels: { email: 'E-mail', username: 'Nome de usuário', password: 'Senha' },
  cancel: 'Cancelar',
  goOn: 'Voltar ao aplicativo',

  doneTitle: (name) => `${name} está conectado`,
  doneText: 'Seus dados estão a caminho do aplicativo. Você pode fechar esta página e voltar.',

  failedTitle: (name) => `${name} não foi conectado`,
  someProvider: 'Seu dispositivo ou aplicativo',
  tryAgain: (name) => `Tentar ${name} de novo`,
  chooseAnother: 'Escolher outro',
  supportDetails: 'Detalhes para o suporte',
  supportCode: 'Código',
  supportSession: 'Sessão',
  supportTime: 'Horário',

  causes: {
    denied: {
      title: (name) => `${name} informou que o compartilhamento não foi permitido.`,
      text: 'Nada foi compartilhado. Para conectar, permita o compartilhamento na página do provedor.',
    },
    no_scopes: {
      title: (name) => `${name} não nos deixou ler nada.`,
      text: 'Nada foi compartilhado. Tente de novo e deixe ao menos uma caixa marcada.',
    },
    other_account: {
      title: (name) => `Esta conta ${name} já está ligada a outra pessoa.`,
      text: 'Entre com outra conta ou desconecte-a lá primeiro.',
    },
    too_many_attempts: {
      title: () => 'Não deu certo várias vezes.',
      text: 'Para sua segurança, paramos por aqui. Nada foi compartilhado. Confira sua senha no provedor e comece de novo.',
    },
    timed_out: {
      title: () => 'Demorou demais.',
      text: 'Para sua segurança, o acesso fica aberto só por alguns minutos. Nada foi compartilhado.',
    },
    other_browser: {
      title: () => 'O acesso voltou em outro navegador.',
      text: 'Nada foi compartilhado. Comece de novo e fique no mesmo navegador até o fim.',
    },
    provider_down: {
      title: (name) => `${name} não está respondendo direito agora.`,
      text: 'Nada foi compartilhado. Tente de novo em alguns minutos.',
    },
    not_set_up: {
      title: (name) => `${name} ainda não pode ser conectado.`,
      text: 'O aplicativo não terminou a configuração. Avise quem o desenvolve.',
    },
    unknown: {
      title: () => 'Algo não funcionou.',
      text: 'Nada foi compartilhado. Tente de novo.',
    },
  },

  expiredTitle: 'Este link expirou',
  expiredText: 'Para sua segurança, um link vale só 15 minutos. Volte ao aplicativo e peça um novo.',
  usedTitle: 'Este link já foi usado',
  usedText: 'Ele conecta um dispositivo ou aplicativo. Para conectar outro, comece de novo no aplicativo.',
  unknownTitle: 'Não conhecemos este link',
  unknownText: 'Ele pode estar cortado ou digitado errado. Volte ao aplicativo e peça um novo.',
  notFoundTitle: 'Esta página não existe',

  disconnectTitle: (name) => `Desconectar ${name}?`,
  disconnectText: (name) =>
    `O aplicativo não recebe mais dados de ${name}, e o que foi reunido aqui é apagado. Não dá para desfazer.`,
  disconnectConfirm: (name) => `Sim, desconectar ${name}`,
  keep: 'Manter',
  disconnected: (name) => `${name} está desconectado.`,
}
