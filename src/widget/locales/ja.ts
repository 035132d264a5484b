import type { Catalogue } from './en.ts'

export const ja: Catalogue = {
  language: '日本語',
  direction: 'ltr',
  reviewed: false,

  pageTitle: '健康データを連携する',
  chooseLanguage: '言語',
  footer: 'ログインは提供元のページで行います。パスワードがここに表示されることはありません。',

  pickTitle: '健康データはどこにありますか？',
  pickLead: '機器またはアプリを選んでください。連携はいつでも解除できます。',
  search: '機器やアプリを検索',
  searchButton: '検索',
  noMatch: (query) => `「${query}」は見つかりません。`,
  showAll: 'すべて表示',
  nothingTitle: 'まだ連携できるものがありません',
  nothingText: 'アプリ側で機器やサービスが有効になっていません。アプリの提供者にお知らせください。',
  connected: '連携済み',
  signInAgain: '再ログインが必要',
  disconnect: (name) => `${name} の連携を解除`,

  dataTypes: {
    activity: 'ワークアウト',
    athlete: 'プロフィール',
    body: 'からだ',
    daily: '日々の活動',
    menstruation: '周期',
    nutrition: '食事',
    sleep: '睡眠',
  },

  signInTitle: (name) => `${name}にサインイン`,
  signInLead: (name) =>
    `${name}には他のアプリ用のサインインページがありません。ここに入力した内容は${name}にのみ送信されます。`,
  signInStored: '接続を保つために必要な情報は暗号化して保存されます。',
  signInButton: (name) => `${name}を接続`,
  signInRefused: (name) => `${name}で受け付けられませんでした。入力内容を確認して、もう一度お試しください。`,
  fieldEmpty: '入力してください。',
  fieldLabels: { email: 'メールアドレス', username: 'ユーザー名', password: 'パスワード' },
  cancel: 'キャンセル',
  goOn: 'アプリに戻る',

  doneTitle: (name) => `${name} を連携しました`,
  doneText: 'データはまもなくアプリに届きます。このページを閉じてアプリに戻ってください。',

  failedTitle: (name) => `${name} を連携できませんでした`,
  someProvider: '機器またはアプリ',
  tryAgain: (name) => `${name} でもう一度試す`,
  chooseAnother: 'ほかを選ぶ',
  supportDetails: 'サポート用の情報',
  supportCode: 'コード',
  supportSession: 'セッション',
  supportTime: '時刻',

  causes: {
    denied: {
      title: (name) => `${name} で共有が許可されませんでした。`,
      text: '何も共有されていません。連携するには、提供元のページで共有を許可してください。',
    },
    no_scopes: {
      title: (name) => `${name} から読み取れるものがありません。`,
      text: '何も共有されていません。少なくとも一つの項目を選んだまま、もう一度お試しください。',
    },
    other_account: {
      title: (name) => `この ${name} アカウントはすでに別の人と連携しています。`,
      text: '別のアカウントでログインするか、先にそちらの連携を解除してください。',
    },
    too_many_attempts: {
      title: () => '何度か失敗しました。',
      text: '安全のため、ここで中止しました。何も共有されていません。提供元でパスワードを確認してから、もう一度始めてください。',
    },
    timed_out: {
      title: () => '時間がかかりすぎました。',
      text: '安全のため、ログインできるのは数分間だけです。何も共有されていません。',
    },
    other_browser: {
      title: () => 'ログインが別のブラウザーに戻ってきました。',
      text: '何も共有されていません。最初からやり直し、最後まで同じブラウザーをお使いください。',
    },
    provider_down: {
      title: (name) => `${name} が現在正しく応答していません。`,
      text: '何も共有されていません。数分後にもう一度お試しください。',
    },
    not_set_up: {
      title: (name) => `${name} はまだ連携できません。`,
      text: 'アプリ側の設定が完了していません。アプリの提供者にお知らせください。',
    },
    unknown: {
      title: () => 'うまくいきませんでした。',
      text: '何も共有されていません。もう一度お試しください。',
    },
  },

  expiredTitle: 'このリンクは期限切れです',
  expiredText: '安全のため、リンクが有効なのは 15 分間だけです。アプリに戻って新しいリンクを取得してください。',
  usedTitle: 'このリンクは使用済みです',
  usedText: '一つの機器またはアプリを連携するためのリンクです。ほかを連携するには、アプリからやり直してください。',
  unknownTitle: 'このリンクは確認できません',
  unknownText: '途中で切れているか、入力に誤りがあるかもしれません。アプリに戻って新しいリンクを取得してください。',
  notFoundTitle: 'ページが見つかりません',

  disconnectTitle: (name) => `${name} の連携を解除しますか？`,
  disconnectText: (name) =>
    `アプリは ${name} のデータを受け取らなくなり、ここに保存されたデータは削除されます。元に戻すことはできません。`,
  disconnectConfirm: (name) => `${name} の連携を解除する`,
  keep: 'そのままにする',
  disconnected: (name) => `${name} の連携を解除しました。`,
}
