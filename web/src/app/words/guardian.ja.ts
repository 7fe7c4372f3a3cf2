/** 見守り人のための日本語。見守りの知らせも。 */
import type { GuardianWords } from "./guardian.en";
import { nin } from "./numbers";

export const guardianWords: GuardianWords = {
  guardian: {
    title: (writer) => `${writer}の見守り人`,
    list: "見守っている人",
    none: "まだ誰からも頼まれていません。",
    forReader: (reader) => `${reader}への最後の手紙`,
    pendantOf: (peer) =>
      `${peer}とのペンダントは、見守りのためのものです。尋ねごととかけらを運び、ほかと同じように鳴ります。`,
    asks: (writer) => `${writer}が、見守り人になってほしいと頼んでいます。`,
    asksRehearsal: (writer) => `${writer}が、練習に加わってほしいと頼んでいます。`,
    asksMore: [
      (writer, reader) => `${writer}は、${reader}への最後の手紙を書きます。あなたには読めません。`,
      (writer) =>
        `${writer}からの音沙汰が長くなくなったら、便りがあったかどうかを尋ねられます。本当のことを答えてください。`,
      () => "鍵のかけらを一つ預かります。一つでは何も開きません。",
      (writer) => `いつでもやめられます。${writer}にはそのことだけが知らされ、理由は知らされません。`,
    ],
    yes: "はい、引き受けます",
    no: "いいえ",
    saidYes: (writer) => `${writer}に知らせます。見守りが働きはじめると、かけらが届きます。`,
    saidRehearsal: (writer) => `${writer}に知らせます。まもなく、もう一度尋ねられます。`,
    saidNo: (writer) => `${writer}にはそのことだけが知らされ、理由は知らされません。`,
    again: "これからも見守り人でいますか。",
    againMore: (date) => `${date}に引き受けました。古い「はい」のままにしないために。`,
    stillYes: "はい、これからも",
    duress: (writer, date) =>
      `${writer}の最も新しい覚え書き（${date}）は、自分の意思で動いていないかもしれないと告げています。あなたが知っていることは、誰にも見えません。気をつけて、誰も聞いていない所で本人に尋ねてください。`,
    silentFor: (writer) => `${writer}からの音沙汰が、しばらくありません。`,
    question: (writer) => `${writer}から、何か便りはありましたか。`,
    questionMore: "電話でも、手紙でも、会ったという人の話でも。急がずに、まわりにも尋ねてください。",
    heard: "はい、ありました",
    notHeard: "いいえ",
    unknown: "わかりません",
    saidHeard: "よかったです。中継サーバーに伝わり、何も開かれません。",
    saidNotHeard: "答えは中継サーバーに届きました。尋ねられている間は、変えられます。",
    saidUnknown: "ほかの人にも尋ねます。わかったら、もう一度答えてください。",
    saidLater: "中継サーバーにつながりません。答えはここに取ってあり、つながり次第伝わります。",
    nobodyAsks: "いまは誰も尋ねていません。答えはここに取ってあり、誰にも伝わりません。",
    youSaid: {
      yes: (writer, date) => `${date}に、${writer}から便りがあったと答えました。`,
      no: (writer, date) => `${date}に、${writer}から便りがないと答えました。`,
      unknown: (_writer, date) => `${date}に、わからないと答えました。`,
    },
    change: "答え直す",
    nothing: "いま、あなたに尋ねられていることはありません。",
    known: "わかっていること",
    agreedOn: (date) => `${date}に引き受けました。`,
    waits: (writer, every, grace) =>
      `${every}知らせがないと、${grace}のあいだ${writer}に呼びかけます。それから見守り人に尋ねます。`,
    waitsThen: (need, all, writer, reader, veto) =>
      all > 1
        ? `${nin(all)}のうち${nin(need)}にも${writer}から便りがなければ、あと${veto}、知らせを待ちます。そのあと${reader}は開けます。`
        : `あなたにも${writer}から便りがなければ、あと${veto}、知らせを待ちます。そのあと${reader}は開けます。`,
    loosened: (writer, date) => `${writer}は日数を短くしました。${date}から有効です。`,
    life: (writer, date) => `あなたの手もとにある${writer}の最も新しい知らせは、${date}のものです。`,
    away: (writer, date) => `${writer}は${date}まで留守です。`,
    relayAway: "見守りの中継サーバーにつながりません。あなたの持つものには影響しません。",
    share: "あなたのかけら",
    shareNone: "まだ受け取っていません。",
    shareSince: (date) => `${date}から預かっています。`,
    shareOpens: (need, all, reader) =>
      need > 1
        ? `中継サーバーがその一部を渡したあと、または手紙に記された日のあとに、${nin(all)}のうち${nin(need)}がそろうと${reader}が開けます。一つでは何も開きません。`
        : `中継サーバーがその一部を渡したあと、または手紙に記された日のあとに、${reader}が開けます。`,
    shareShow: "印刷や読み上げのために見る",
    sharePage: (writer, reader) => `${writer}から${reader}への最後の手紙の、鍵のかけら`,
    shareNeed: (need, all) =>
      all > 1 ? `このようなかけらが、${all}のうち${need}つ要ります。` : "かけらはこれ一つだけです。",
    shareEpoch: (epoch) => `${epoch}回目の鍵。`,
    shareSlip: "SLIP-39、パスフレーズなし。何のためかは、それぞれの手紙の OPENING.txt にあります。",
    shareHow: "紙にしまっておくか、その時に読み上げてください。",
    shareWords: (count) => `${count}の言葉`,
    shareQr: "言葉を読み取るためのコード",
    hide: "隠す",
    give: (reader) => `かけらを${reader}に渡す`,
    giveAbout: (writer, reader) =>
      `あなたにも${writer}から便りがありません。かけらは、残されたものを${reader}が開くのを助けます。取り戻すことはできません。`,
    giveTo: (reader) => `どの${reader}か`,
    giveYes: "はい、渡します",
    giveEvenSo: "それでも渡します",
    given: (reader, date) => `${date}に、かけらを${reader}に渡しました。`,
    gave: (reader) => `かけらは${reader}に渡しました。`,
    gaveMore: "ほかに、あなたにお願いすることはありません。",
    giveNobody: (reader) =>
      `${reader}との間に、見守りのペンダントがありません。鈴を渡すか、かけらを読み上げてください。`,
    whyTitle: "かけらは、いまは渡せません。",
    why: {
      "no-seat": (writer) => `見守りがどこにあるか、${writer}からまだ知らされていません。`,
      "no-share": (writer) => `${writer}からまだかけらを受け取っていません。`,
      stopped: (writer) => `${writer}は見守りを止めました。`,
      heard: (writer) => `あなたは、${writer}から便りがあったと答えています。`,
      "say-first": (writer) => `先に、${writer}から便りがあったかどうかを答えてください。`,
      away: (writer, date) => `${writer}は${date}まで留守です。`,
      "too-new": (writer, date) => `${writer}の知らせが、まだ新しいものです。${date}までは渡せません。`,
      duress: (writer) => `${writer}の最後の覚え書きは、自由でないかもしれないと告げていました。`,
      waits: (writer) => `中継サーバーは、まだ${writer}の知らせを待っています。`,
      "relay-stopped": (writer) => `中継サーバーによると、${writer}は見守りを止めました。`,
      "relay-heard": (writer) => `中継サーバーによると、${writer}から便りがありました。`,
    },
    leave: "見守り人をやめる",
    leaveSure: (writer) => `かけらは消され、${writer}に知らされます。元には戻せません。`,
    leaveYes: "やめる",
  },

  bell: {
    title: "見守り人への鈴",
    about:
      "あなたの見守り人になってほしい人、またはあなたが見守り人として助ける人に。応えられるのは一度だけです。",
  },

  news: {
    "guardian-yes": (peer) => `${peer}が、見守り人を引き受けました。`,
    "guardian-no": (peer) => `${peer}は、見守り人になりたくないそうです。`,
    "guardian-seat": (peer) => `見守りがどこにあるか、${peer}から知らされました。`,
    terms: (peer, date) =>
      date
        ? `${peer}が見守りの決まりを変えました。${date}から有効です。`
        : `${peer}が見守りの決まりを変えました。`,
    share: (peer) => `${peer}から、鍵のかけらを預かりました。`,
    "shares-gone": (peer) => `${peer}の古いかけらは消されました。`,
    "share-released": (peer) => `${peer}が、かけらを渡してくれました。`,
    "guardian-gone": (peer) => `${peer}との見守りは終わりました。`,
    "guardian-rehearsed": (peer) => `${peer}は役目を果たしました。`,
    reader: (peer) => `${peer}は、あなたに最後の手紙を書いています。`,
    rehearsed: (peer) => `${peer}は手紙を開きました。`,
    "share-doubtful": (peer) =>
      `${peer}は、かけらをなくしたかもしれません。見守りをもう一度働かせてください。`,
    duress: (peer) =>
      `${peer}の覚え書きは、自由でないかもしれないと告げています。あなたが知っていることは、誰にも見えません。`,
    stopped: (peer) => `${peer}の見守りは、紙の言葉で止められました。`,
    "not-taken": (peer) => `${peer}から届いた見守りについてのものは、合わないので受け入れませんでした。`,
    "consent-due": (peer) => `これからも${peer}の見守り人でいますか。`,
    "help-wanted": (peer) => `${peer}の手紙のために、かけらを渡せます。`,
    returned: (peer) => `${peer}から、また便りがありました。`,
  },
};
