/** 最後の手紙を書き、とどめ、読むときの日本語。 */
import type { LastWords } from "./last.en";
import { nin, tsu } from "./numbers";

/** 名前がなければ、読んでいる本人。 */
const dare = (name: string | null): string => name ?? "あなた";

export const lastWords: LastWords = {
  last: {
    title: (peer) => `${peer}への最後の手紙`,
    about: (peer) => `あなたからの音沙汰がなくなり、見守り人が助けたときに、${peer}のもとで開きます。`,
    needWatch: "先に、音沙汰のないことに気づく見守りが要ります。",
    notArmedTitle: "見守りはまだ働いていません。",
    notArmed:
      "今書いて、封をすることはできます。けれど手紙はこの端末にとどまり、誰にも届きません。見守りを働かせるまでは、音沙汰がなくなっても開きません。",
    toWatch: "足りないものを見る",
    toNext: "新しいほうへ",
    floor: "この日からは、音沙汰にかかわらず、見守り人だけで開けます",
    floorMore: "中継サーバーがなくなっていても開けるように。働かせ直すたびに、この日は先へ延びます。",
    floorYear: "一年後",
    floorDay: "別の日",
    fate: "そのあと",
    parting: "どちらかが絆を終わりにしたら",
    partingBurn: "閉じたままにする",
    partingBurnMore: (peer, date) =>
      `中継サーバーにある鍵の一部は消されます。${peer}の手もとの写しは、${date}からは見守り人が開けます。`,
    partingKeep: "残す",
    both: (peer) => `${peer}からの音沙汰もなくなっていたら`,
    bothLater: "残す",
    bothLaterMore: (date) => `${date}からは見守り人が開けます。`,
    bothHeir: "ほかの誰かのものにする",
    bothHeirMore: "誰に望むかを記すだけです。その人に届けるには、その人にも最後の手紙を書いてください。",
    bothHeirName: "誰に",
    bothHeirIs: (name) => `${name}のものにする`,
    bothBurn: "誰も開かない",
    bothBurnMore: "願いであり、強いるものは何もありません。",
    fateMore: "これは手紙の終わりに、封の中に記されます。",
    holds: "何がとどめているか",
    bySilence: "音沙汰がなくなったら",
    byFloor: (date) => `${date}から`,
    comes: "開くには",
    before: "先に開けてしまうのは",
    heldBy: "守るもの",
    strength: {
      nothing: "なし",
      courtesy: "礼節",
      guardians: "見守り人",
      mathematics: "その日までは数学、それからは見守り人",
    },
    waySilence: (writer, relay, some) =>
      `${dare(writer)}からの音沙汰がなくなり、${relay} がそう認め、${some}が助けること。`,
    wayDate: (date, some) => `${date}になり、${some}が助けること。`,
    early: (whoEver, some, reader) => `${whoEver} と${some}が、${dare(reader)}と組んだとき。`,
    someGuardians: (need, all, names) =>
      need === all
        ? names || (all === 1 ? "見守り人" : `見守り人${nin(all)}全員`)
        : names
          ? `${names}のうち${nin(need)}`
          : `見守り人${nin(all)}のうち${nin(need)}`,
    someKeepers: (need, all, names) => (need >= all ? names : `${names} のうち${tsu(need)}`),
    noneAlone: (reader) => `見守り人は誰も読めず、一人では${dare(reader)}のために開くこともできません。`,
    oneAlone: (reader) =>
      `見守り人は読めませんが、道が開けば、一人で${dare(reader)}のために開くことができます。`,
    ours: (names) =>
      `${names} は二人のどちらかが動かしています。動かす人にとって、その日は妨げになりません。`,
    lost: (need, all) =>
      all > 1
        ? `見守り人${nin(all)}のうち、かけらを持つ人が${nin(need)}より少なくなると、失われます。`
        : "見守り人がかけらをなくすと、失われます。",
    devices: (writer) => `${writer ? `${writer}の` : "あなた自身の"}端末では、いつでも開けます。`,
    seal: "封をする",
    sealing: "封をしています。",
    done: "封をしました。",
    doneArmed: (peer) => `まもなく、閉じたまま${peer}のもとに届きます。`,
    doneNot: "まだ効力がありません。",
    standing: {
      armed: "効力があります。あなたからの音沙汰がなくなり、見守り人が助けたときに開きます。",
      held: "まだ効力がありません。見守りを働かせるまで、この端末にだけあり、誰にも届きません。",
      unarmed: "効力がありません。音沙汰がなくなっても開きません。",
      "lost-key":
        "効力がなく、封をし直すこともできません。鍵が前の端末とともになくなりました。もう一度書いてください。",
      replaced: "その後、封をし直しました。開かれるのは新しいほうです。",
      opened: "音沙汰がなかったとき、中継サーバーはその一部を渡しました。開かれたものは開いたままです。",
      rehearsal: "練習の手紙です。ほかには何も書かれていません。",
    },
    readMine: "読む",
  },

  reader: {
    title: (peer) => `${peer}からの最後の手紙`,
    waiting: (peer) => `${peer}が、自分のいなくなった時のために残した手紙です。`,
    waitingMore: "閉じていて、中のことは何もわかりません。あなたは何もしなくて大丈夫です。",
    stage: {
      unknown: (peer) => `${peer}の音沙汰がないとは、まだ誰も言っていません。`,
      kept: (peer) => `${peer}からは便りがあります。`,
      late: (peer) => `${peer}からしばらく便りがなく、呼びかけています。`,
      asking: (peer) => `${peer}から便りがなく、見守り人に尋ねています。`,
      veto: (peer) => `見守り人にも${peer}からの便りがありません。知らせを待つ時間はまだあります。`,
      silent: (peer) => `${peer}からの音沙汰がなくなりました。`,
      returned: (peer) => `${peer}から、また便りがありました。`,
      stopped: (peer) => `${peer}の見守りは止められました。`,
    },
    coming: "あなたに残されたものがあります。",
    choose: "開くことができます。",
    comingMore:
      "いつまででも待ってくれます。開く日も、場所も、そばにいてもらう人も、あなたが選んでください。",
    who: "助けてくれた人",
    has: (name) => `${name}がかけらを渡しました。`,
    typed: "あなたが入れたかけら。",
    hasFalse: "かけらの一つが本物ではありません。害はなく、数にも入りません。",
    need: (missing, first) =>
      first ? `見守り人${nin(missing)}の助けが要ります。` : `あと${nin(missing)}の助けが要ります。`,
    waitsFor: (names) => `まだ：${names}`,
    enough: "必要な人数がそろいました。",
    from: (date) => `${date}からは、音沙汰にかかわらず、見守り人が開けます。`,
    since: (date) => `${date}から、音沙汰にかかわらず、見守り人が開けます。`,
    open: "開く",
    notNow: "今日はやめておく",
    opening: "鍵を合わせています。",
    sure: "一度開くと、開いたままになります。いま開いてよいですか。",
    sureYes: "はい、開きます",
    enter: "かけらを手で入れる",
    enterMore: "見守り人が読み上げるか、紙で渡してくれます。どの言葉も初めの四文字で足ります。",
    enterWords: "かけらの言葉",
    enterKeep: "このかけらを取っておく",
    entered: "ここに取ってあります。",
    cameraNone: "ここではカメラを使えません。言葉を入力してください。",
    bellsMore: (names) => `${names}との間に、かけらを受け取るための見守りのペンダントがまだありません。`,
    rehearsed: (peer) => `うまくいったことが、${peer}に知らされます。`,
  },
};
