/** 最後の手紙について、日本語。悼む人が読むかもしれないので、静かに、正確に、やさしく。 */
import type { WatchWords } from "./watch.en";

const KAZU = ["だれも", "一人", "二人", "三人", "四人", "五人", "六人", "七人"];
const nin = (count: number): string => KAZU[count] ?? `${count}人`;
const YON = ["なし", "一つ", "二つ", "三つ", "四つ", "五つ"];
const tsu = (count: number): string => YON[count] ?? `${count}つ`;
/** 名前がなければ、読んでいる本人。 */
const dare = (name: string | null): string => name ?? "あなた";

export const words: WatchWords = {
  rehearsal: "練習",
  rehearsalMore: "これは練習です。誰も、いなくなってはいません。",

  watch: {
    title: "最後の手紙",
    forPeer: (peer) => `${peer}へ`,
    sentence: (peer) => `あなたからの音沙汰がなくなったときにだけ開く、${peer}への手紙です。`,
    how: [
      (peer) => `手紙は今のうちに書きます。封をして${peer}の手もとに置かれますが、${peer}にも開けません。`,
      () =>
        "あなたからの知らせが長いあいだないと、まずあなたに呼びかけます。それから、あなたが選んだ見守り人に、あなたから便りがあったかどうかを尋ねます。",
      (peer) =>
        `便りがなく、さらに何日かが過ぎてはじめて、見守り人は${peer}が手紙を開くのを助けられます。それまでは、あなたが一度触れるだけで終わります。`,
    ],
    notWill: "最後の手紙は遺言ではありません。法的な効力はありません。",
    begin: "はじめる",
    beginMore: "まだ誰にも知らされません。どこで止めても、別の日に続けられます。",
    parted: "この絆は終わっています。",
    loading: "中継サーバーに尋ねています。",
    relayAway: "中継サーバーにつながりません。ここにあるのは、最後にわかっていたことです。",
    armed: "働いています",
    notArmed: "まだ働いていません。",
    notArmedMore: "それまでは、音沙汰がなくても何も開きません。",
    stillMissing: (count) => `あと${tsu(count)}、残っています。`,
    stage: {
      kept: "変わりありません。",
      late: "無事を知らせる時です。",
      asking: "あなたから便りがあったか、見守り人に尋ねています。",
      veto: "見守り人にも、あなたからの便りがありません。今ならまだ、知らせれば終わります。",
      silent: (peer) => `音沙汰がないとされ、${peer}は最後の手紙を開けます。`,
      returned: "音沙汰のない時がありましたが、あなたは戻りました。",
      returnedMore:
        "開かれた手紙は開いたままです。これ以上は何も渡されません。もう一度働かせると、残りに改めて封をします。",
      stopped: "紙の言葉で、見守りは止められました。",
      stoppedMore: "もう何も渡されません。もう一度働かせると、新しい紙とともに始まります。",
    },
    counted: (count, every) => `${every}日のうち、${count}日が数えられました。`,
    countedSeconds: (count, every) => `${every}秒のうち、${count}秒が数えられました。`,
    uncounted: {
      down: (span) => `中継サーバーが止まっていた${span}は、数えられていません。`,
      clock: (span) => `中継サーバーの時計が信用できなかった${span}は、数えられていません。`,
      restored: (span) => `中継サーバーが古い写しから戻ったため、${span}は数えられていません。`,
    },
    anew: "中継サーバーが古い写しから戻ったので、そこから数え直しています。",
    reminded: (count, of) => `${of}回の呼びかけのうち、${count}回が受け付けられました。`,
    next: {
      late: (span) => `このまま知らせがなければ、${span}後に呼びかけます。`,
      asking: (span) => `このまま知らせがなければ、早くて${span}後に見守り人に尋ねます。`,
      silent: (span, peer) => `このまま知らせがなければ、${span}後に${peer}は手紙を開けます。`,
    },
    awayUntil: (date) => `${date}まで留守です。それまでは何も数えられず、見守り人にもそう見えます。`,
    awayWord: "しばらく留守にします",
    pending: (span) =>
      `変更が待っています。あと${span}が数えられると有効になり、それまで見守り人に見えています。`,
    takeBack: "変更を取り消す",
    alive: "ここにいます",
    aliveDone: "あなたがいることが、中継サーバーに伝わりました。",
    aliveLast: (date) => `この端末からの最後の知らせ：${date}`,
    aliveNone: "この端末からは、まだ知らせがありません。",
    aliveMore:
      "Twinbell を開く、鳴らす、書く、部屋に入る。そのたびに無事の知らせがひとりでに伝わります（多くて一日に二度）。ほかは何も数えません。裏で動くプログラムも、ただ届いただけのものも。",
    letters: (count) => `最後の手紙が${count}通、控えています。`,
    unarmed: (count) =>
      `最後の手紙のうち${count}通は、まだ効力がありません。音沙汰がなくなっても開きません。`,
    write: "最後の手紙を書く",
    due: "そろそろ",
    rehearsalDue: "前の練習から一年が過ぎました。",
    armingDue: "一年が過ぎました。もう一度働かせてください。",
    guardiansChanged: "見守り人が、働かせた時と変わっています。もう一度働かせてください。",
    settings: "どう決めてあるか",
  },

  step: {
    list: "すること",
    done: "済み",
    missing: "まだ",
    compare: "言葉を確かめ合う",
    compareYes: (peer) => `${peer}と確かめ合いました。`,
    compareNo: (peer) => `まだ${peer}と言葉を確かめ合っていません。`,
    guardians: "見守り人",
    guardiansNone: "まだ誰にも頼んでいません。",
    guardiansSome: (have, need) =>
      have === 0
        ? `必要な${nin(need)}のうち、まだ誰も引き受けていません。`
        : `必要な${nin(need)}のうち、${nin(have)}が引き受けました。`,
    guardiansCompare: (have, need) =>
      have === 0
        ? `見守り人${nin(need)}と、まだ言葉を確かめ合っていません。`
        : `見守り人${nin(need)}のうち${nin(have)}と、言葉を確かめ合いました。`,
    guardiansYes: (names, need, all) =>
      all === 1
        ? `${names}だけです。`
        : need === all
          ? `${names}。全員がそろうことが必要です。`
          : `${names}。${nin(need)}がそろうことが必要です。`,
    rhythm: "音沙汰のない日数",
    rhythmIs: (every, grace, veto) =>
      `${every}日、それから呼びかけが${grace}日、見守り人の答えのあと${veto}日。`,
    reminders: "二つの呼びかけ方",
    remindersAre: (have, need) =>
      have === 0
        ? `呼びかけ方${tsu(need)}を、まだ試していません。`
        : `呼びかけ方${tsu(need)}のうち、${tsu(have)}を試しました。`,
    remindersYes: (names) => `試しました：${names}`,
    stop: "止めるための紙",
    stopNo: "まだ紙に写していません。",
    stopYes: "紙にあり、ほかのどこにもありません。",
    rehearse: "練習",
    rehearseNo: "まだ誰も練習していません。",
    rehearseYes: (date) => `${date}に練習しました。`,
    arm: "働かせる",
    armed: "もう一度働かせる、終わりにする",
    armNo: "ほかがすべて済んだら。",
    armReady: "足りないものはありません。",
    armYes: (date) => `${date}から働いています。`,
    two: "二つの合言葉",
    twoNo: "よければ：ふだんの言葉と、助けを呼ぶ言葉。",
    twoYes: "決めてあります。",
  },

  lack: {
    one: "見守り人が何人かいるときは、少なくとも二人がそろう必要があります。",
  },

  guardians: {
    about: "あなたに何かあれば気づくはずの人たちです。二人か三人で十分です。",
    aboutMore: (peer) =>
      `見守り人は何も読めません。それぞれが鍵のかけらを一つ預かります。一つでは何も開かず、${peer}なしでも開きません。`,
    none: "まだ誰にも頼んでいません。",
    state: {
      asked: (name) => `${name}に頼みました。返事はまだです。`,
      agreed: (name) => `${name}は見守り人です。`,
      refused: (name) => `${name}は、見守り人になりたくないそうです。`,
      doubtful: (name) => `${name}は紙から戻り、かけらをなくしたかもしれません。もう一度働かせてください。`,
      old: (name) => `${name}が引き受けてから一年が過ぎました。もう一度頼んでください。`,
    },
    nextArming: "次に働かせたとき、かけらを受け取ります。",
    shareWaits: "かけらは届く途中です。",
    compare: "言葉を確かめ合う",
    askAgain: "もう一度頼む",
    dismiss: "終わりにする",
    dismissSure: (name) =>
      `${name}は見守り人ではなくなります。本人に知らされ、かけらは消されます。そのあと、見守りをもう一度働かせてください。`,
    dismissYes: "この見守りを終わりにする",
    ask: (name) => `${name}に頼む`,
    askTitle: "誰かに頼む",
    bell: "見守り人への鈴を渡す",
    bellMore:
      "見守り人とは、そのためのペンダントで結ばれます。ほかと同じように鈴から始まり、応える人には何のためかが知らされます。",
    both: (peer) =>
      `かけらを渡すには、${peer}との間にも同じペンダントが要ります。なければ、33の言葉を読み上げて伝えます。`,
    need: "何人がそろえばよいか",
    needOf: (need, all) => `${all}人のうち${need}人`,
    needMore:
      "多いほど早く開かれにくくなりますが、失われやすくもなります。残りがこれより少なくなると、開けるのはあなたの端末だけです。",
  },

  rhythm: {
    about: "どれだけ音沙汰がなければ、誰かが動くのか。",
    every: "日、知らせがないと、あなたに呼びかけます",
    grace: "日、呼びかけたあと、見守り人に尋ねます",
    veto: "日、その答えのあとも、知らせれば終わります",
    earliest: (count) => `音沙汰がなくなって${count}日より前には、何も開きません。`,
    zone: "夜は呼びかけません。その土地",
    longer: "長くする変更はすぐに有効です。短くする変更は、前の日数が過ぎてから有効になります。",
    shorter: (span) =>
      `短くなるので、${span}が数えられてから有効になります。それまで見守り人に見えています。`,
    save: "これで決める",
    saved: "決めました。",
  },

  reminders: {
    about:
      "誰かに尋ねる前に、まずあなたに呼びかけます。働く方法が二つ要ります。一つが読まれないだけでは、音沙汰がないことになりません。",
    push: "この端末",
    pushMore: "何か届いた、とだけ知らせる通知です。",
    pushNone: "この中継サーバー、またはこのブラウザでは通知できません。",
    pushDenied: "ブラウザが許していません。ブラウザの設定で変えられます。",
    add: "ここに呼びかける",
    address: "ほかの方法",
    addressName: "呼び名",
    addressUrl: "宛先",
    addressMore:
      "メール、メッセンジャー、別の電話への Apprise 形式の宛先です。例：ntfys://ntfy.example/a-name-nobody-guesses。中継サーバーは、中のパスワードも含めてこれを持ちます。",
    addAddress: "加えて試す",
    test: "試す",
    testNamed: (name) => `${name}を試す`,
    testing: "試しに送っています。",
    accepted: "試しに送り、受け付けられました。届いたか見てください。",
    tested: (date) => `${date}に試しました。`,
    untested: "まだ試していません。",
    why: {
      refused: (name) => `「${name}」の先が受け付けませんでした。宛先を見直してください。`,
      unreachable: (name) => `「${name}」の先につながりません。`,
      "not-offered": (name) => `この中継サーバーでは「${name}」の方法を使えません。`,
    },
    whyOther: (name) => `「${name}」への試しは受け付けられませんでした。`,
  },

  stop: {
    about:
      "どこからでも、いつでも見守りを止められる、十二の言葉です。あなたが生きていると知っているはずの人に、この紙を渡してください。",
    aboutMore: "この紙を持つ人は、最後の手紙を開かせないことができます。ほかには何もできません。",
    show: "紙を見る",
    heading: (me) => `${me}の見守りを止めるには`,
    wordsLabel: "十二の言葉",
    how: "この人が生きていると知っていますか。Twinbell を開き、「紙から戻る」、「見守りを止める紙を持っています」を選んでください。または twinbell watch stop。",
    keptMore: "そのあと、この端末には残りません。",
    gone: "紙だけにあります。",
    stopped: "紙の言葉で見守りを止める",
    stopMore: "それからは何も渡されません。書いた人は、改めて始められます。",
    relay: "relay（紙のとおりに）",
    watch: "watch（紙のとおりに）",
    typed: "十二の言葉",
    go: "見守りを止める",
    done: "見守りは止まりました。もう何も渡されません。",
  },

  rehearse: {
    about:
      "本番ですることを、何も書かれていない手紙で、みんなで一度してみます。それが済んではじめて働かせられます。",
    what: [
      () => "あなたに呼びかけがあり、音沙汰がないものとして進みます。あなたは何もしません。",
      () => "見守り人は、あなたから便りがあったか尋ねられ、「いいえ」と答えて、かけらを渡します。",
      (peer) => `${peer}が、練習の手紙を開きます。`,
    ],
    tell: "前もって、声で伝えておいてください。どこにも「練習」と書かれています。一人に一分ほどです。",
    early: "先に、必要な人数の見守り人が引き受け、二つの呼びかけ方を試しておくことが要ります。",
    begin: "練習をはじめる",
    goingMore: "みんなは急がなくてかまいません。このページは閉じても大丈夫です。",
    until: (date) => `${date}に、ひとりでに終わります。`,
    look: "どこまで進んだか見る",
    stage: {
      asking: "見守り人に、加わってくれるか尋ねています。",
      silence: "練習の短い音沙汰なしが過ぎていきます。",
      help: "ここからは、みんなの番です。",
      done: "練習が済みました。",
      lapsed: "この練習は、中継サーバーにはもうありません。改めてはじめてください。",
    },
    doneMore: "みんなが役目を果たしました。一年たったら、また練習してください。",
    guardian: {
      asked: (name) => `${name}の返事はまだです。`,
      ready: (name) => `${name}は加わります。`,
      answered: (name) => `${name}は答えました。`,
      done: (name) => `${name}はかけらを渡しました。`,
      refused: (name) => `${name}は加わりたくないそうです。`,
    },
    reader: {
      asked: (name) => `${name}はまだ手紙を開いていません。`,
      ready: (name) => `${name}に手紙が届いています。`,
      answered: (name) => `${name}に手紙が届いています。`,
      done: (name) => `${name}は手紙を開きました。`,
      refused: (name) => `${name}は加わりたくないそうです。`,
    },
    goOn: "ほかの人を待たずに進める",
    over: "この練習を終わりにする",
    overMore: "本当の見守りも、かけらも、手紙も、何も変わりません。",
    overYes: "終わりにする",
    again: "片づける",
    lastOn: (date) => `前の練習は${date}でした。`,
  },

  arm: {
    about:
      "これからは、音沙汰のない時が数えられます。見守り人は新しい鍵のかけらを受け取り、最後の手紙はすべてその鍵で封をされます。",
    need: "まだ足りないもの",
    go: "働かせる",
    again: "もう一度働かせる",
    working: "鍵を分け、手紙に封をしています。",
    done: (peer) => `${peer}への見守りが働いています。`,
    doneMore: "気にかけていなくて大丈夫です。ときどき Twinbell を開けば足ります。",
    pending: (span) => `新しい決まりは、${span}が数えられてから有効です。それまでは前のままです。`,
    oldShares: (need, peer) =>
      `古いかけらを持ち続けた見守り人が${nin(need)}いれば、${peer}の手もとにある古い写しを、それぞれの日のあとに開けてしまいます。`,
    leftLetters: (count) =>
      `${count}通は、鍵が前の端末とともになくなったため、封をし直せません。もう一度書いてください。`,
    newStop: "止めるための紙が新しくなりました。前の紙はもう使えません。",
    yearly: "一年に一度、そして見守り人が変わるたびに、もう一度働かせてください。",
    end: "見守りをすっかり終わりにする",
    endSure: (peer) =>
      `中継サーバーはこれを忘れ、見守り人はかけらを手放します。届いた手紙は閉じたまま${peer}のもとに残り、誰かが持ち続けたかけらだけが、手紙に記された日のあとに開けます。元には戻せません。`,
    endYes: "終わりにする",
  },

  away: {
    title: "留守",
    about: "いつまで便りがありませんか。それまでは何も数えられず、見守り人にもそう見えます。",
    until: "この日の終わりまで",
    go: "そう知らせる",
    back: "戻りました",
    backDone: "おかえりなさい。ここからまた数えられます。",
    far: "長くて400日です。",
  },

  alive: {
    title: (me) => `${me}、そこにいますか。`,
    about: "一度触れるだけで足ります。",
    button: "ここにいます",
    word: "合言葉",
    withWord: "合言葉で",
    done: "いてくれて、よかったです。",
    doneMore: "中継サーバーに伝わりました。何も開かれません。",
    wasSilent: (peer) =>
      `おかえりなさい。音沙汰がないとされた日から、${peer}は最後の手紙を開けるようになっていました。`,
    none: "この端末には見守りがありません。",
    twoAbout:
      "「ここにいます」のためのふだんの言葉と、誰かに言わされたときのもう一つの言葉です。見た目は何も変わりません。二つめを使うと、五週間のあいだ、あなたが自由でないかもしれないと見守り人に知らされます。",
    usual: "ふだんの言葉",
    second: "助けを呼ぶ言葉",
    twoSave: "二つとも決める",
    twoDone: "二つとも決まりました。もう表示されることはありません。",
  },

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
