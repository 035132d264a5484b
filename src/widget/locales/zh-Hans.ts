import type { Catalogue } from './en.ts'

export const zhHans: Catalogue = {
  language: '简体中文',
  direction: 'ltr',
  reviewed: false,

  pageTitle: '连接您的健康数据',
  chooseLanguage: '语言',
  footer: '您在服务商自己的页面上登录，密码不会出现在这里。',

  pickTitle: '您的健康数据来自哪里？',
  pickLead: '请选择设备或应用。您可以随时断开连接。',
  search: '搜索设备和应用',
  searchButton: '搜索',
  noMatch: (query) => `这里没有名为“${query}”的内容。`,
  showAll: '显示全部',
  nothingTitle: '暂时没有可连接的内容',
  nothingText: '该应用尚未启用任何设备或服务，请告知应用的开发者。',
  connected: '已连接',
  signInAgain: '需要重新登录',
  disconnect: (name) => `断开 ${name}`,

  dataTypes: {
    activity: '锻炼',
    athlete: '个人资料',
    body: '身体',
    daily: '日常活动',
    menstruation: '周期',
    nutrition: '饮食',
    sleep: '睡眠',
  },

  signInTitle: (name) => `登录 ${name}`,
  signInLead: (name) => `${name} 没有供其他应用使用的登录页面。您在此输入的内容只会发送给 ${name}。`,
  signInStored: '保持连接所需的信息会加密保存。',
  signInButton: (name) => `连接 ${name}`,
  signInRefused: (name) => `${name} 未接受。请检查您输入的内容后重试。`,
  fieldEmpty: '请填写此项。',
  fieldLabels: { email: '电子邮箱', username: '用户名', password: '密码' },
  cancel: '取消',
  goOn: '返回应用',

  doneTitle: (name) => `${name} 已连接`,
  doneText: '您的数据正在发送到应用。您可以关闭此页面并返回。',

  failedTitle: (name) => `${name} 未能连接`,
  someProvider: '您的设备或应用',
  tryAgain: (name) => `重试 ${name}`,
  chooseAnother: '选择其他',
  supportDetails: '给客服的信息',
  supportCode: '代码',
  supportSession: '会话',
  supportTime: '时间',

  causes: {
    denied: {
      title: (name) => `${name} 表示未允许共享。`,
      text: '没有共享任何内容。要连接，请在服务商的页面上允许共享。',
    },
    no_scopes: {
      title: (name) => `${name} 没有让我们读取任何内容。`,
      text: '没有共享任何内容。请重试，并至少保留一个选项。',
    },
    other_account: {
      title: (name) => `此 ${name} 账户已与其他人关联。`,
      text: '请使用其他账户登录，或先在那边断开连接。',
    },
    too_many_attempts: {
      title: () => '多次尝试均未成功。',
      text: '为了您的安全，我们在此停止。没有共享任何内容。请在服务提供方处核对密码，然后重新开始。',
    },
    timed_out: {
      title: () => '时间太长了。',
      text: '为了您的安全，登录只开放几分钟。没有共享任何内容。',
    },
    other_browser: {
      title: () => '登录回到了另一个浏览器。',
      text: '没有共享任何内容。请重新开始，并始终使用同一个浏览器。',
    },
    provider_down: {
      title: (name) => `${name} 目前无法正常响应。`,
      text: '没有共享任何内容。请过几分钟再试。',
    },
    not_set_up: {
      title: (name) => `${name} 暂时无法连接。`,
      text: '该应用尚未完成设置，请告知应用的开发者。',
    },
    unknown: {
      title: () => '出了点问题。',
      text: '没有共享任何内容，请重试。',
    },
  },

  expiredTitle: '此链接已失效',
  expiredText: '为了您的安全，链接仅在 15 分钟内有效。请返回应用获取新的链接。',
  usedTitle: '此链接已被使用',
  usedText: '每个链接只连接一个设备或应用。要再连接一个，请在应用中重新开始。',
  unknownTitle: '我们不认识此链接',
  unknownText: '链接可能不完整或有误。请返回应用获取新的链接。',
  notFoundTitle: '没有这个页面',

  disconnectTitle: (name) => `要断开 ${name} 吗？`,
  disconnectText: (name) => `应用将不再收到来自 ${name} 的数据，在此收集的内容也会被删除。此操作无法撤销。`,
  disconnectConfirm: (name) => `是，断开 ${name}`,
  keep: '保留',
  disconnected: (name) => `${name} 已断开。`,
}
