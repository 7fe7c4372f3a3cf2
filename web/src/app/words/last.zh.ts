/** 写、留住、读最后的信时的简体中文。 */
import type { LastWords } from "./last.en";
import { shu, wei } from "./numbers";

/** 没有名字，就是正在读的人。 */
const shui = (name: string | null): string => name ?? "你";

export const lastWords: LastWords = {
  last: {
    title: (peer) => `写给${peer}的最后的信`,
    about: (peer) => `在你没有音讯、守护人也帮忙之后，它会为${peer}打开。`,
    needWatch: "先要有一份守望，能察觉你没有音讯。",
    notArmedTitle: "守望还没有生效。",
    notArmed:
      "现在可以写好并封好。但它只留在这台设备上，不会送到任何人那里：守望生效之前，你没有音讯也不会打开它。",
    toWatch: "看看还缺什么",
    toNext: "看新的那封",
    floor: "从这一天起，不管有没有音讯，守护人都可以打开",
    floorMore: "这样即使中继不在了，也能打开。每次重新生效，这一天都会往后移。",
    floorYear: "一年以后",
    floorDay: "另一天",
    fate: "它的归宿",
    parting: "如果你们当中有人结束纽带",
    partingBurn: "不再打开",
    partingBurnMore: (peer, date) => `中继那部分钥匙会删除。${peer}那里的副本，从${date}起守护人仍能打开。`,
    partingKeep: "留着",
    both: (peer) => `如果${peer}也没有了音讯`,
    bothLater: "留着",
    bothLaterMore: (date) => `从${date}起，守护人可以打开。`,
    bothHeir: "留给另一个人",
    bothHeirMore: "这里只写下你的愿望。要送到那个人手里，请另给那个人写一封最后的信。",
    bothHeirName: "留给谁",
    bothHeirIs: (name) => `留给${name}`,
    bothBurn: "谁也不要打开",
    bothBurnMore: "这是愿望，没有什么能强制。",
    fateMore: "这些会写在信的末尾，封在里面。",
    holds: "是什么留住它",
    bySilence: "如果没有音讯",
    byFloor: (date) => `从${date}起`,
    comes: "要打开，须得",
    before: "谁能提前打开",
    heldBy: "靠什么留住",
    strength: {
      nothing: "没有",
      courtesy: "守礼",
      guardians: "守护人",
      mathematics: "那一天之前靠数学，之后靠守护人",
    },
    waySilence: (writer, relay, some) => `${shui(writer)}没有了音讯，${relay} 也这样认定，并且${some}帮忙。`,
    wayDate: (date, some) => `到了${date}，并且${some}帮忙。`,
    early: (whoEver, some, reader) => `${whoEver} 和${some}，再加上${shui(reader)}。`,
    someGuardians: (need, all, names) =>
      need === all
        ? names || (all === 1 ? "守护人" : `全部${wei(all)}守护人`)
        : names
          ? `${names}中的${wei(need)}`
          : `${wei(all)}守护人中的${wei(need)}`,
    someKeepers: (need, all, names) => (need >= all ? names : `${names} 中任意${shu(need)}个`),
    noneAlone: (reader) => `守护人谁也读不到，也没有谁能单独为${shui(reader)}打开。`,
    oneAlone: (reader) => `守护人读不到，但路一通，不需要别人就能为${shui(reader)}打开。`,
    ours: (names) => `${names} 由你们当中的一位运行：对运行的人来说，那一天挡不住什么。`,
    lost: (need, all) =>
      all > 1
        ? `${wei(all)}守护人里，如果还留着钥匙的不足${wei(need)}，它就丢失了。`
        : "如果守护人丢了钥匙，它就丢失了。",
    devices: (writer) => (writer ? `${writer}的设备随时可以打开。` : "你自己的设备随时可以打开。"),
    seal: "封好",
    sealing: "正在封缄。",
    done: "封好了。",
    doneArmed: (peer) => `很快会闭着送到${peer}那里。`,
    doneNot: "它还没有生效。",
    standing: {
      armed: "已生效：在你没有音讯、守护人也帮忙之后打开。",
      held: "还没有生效。守望生效之前，它只在这台设备上，不会送到任何人那里。",
      unarmed: "没有生效：你没有音讯时，它不会打开。",
      "lost-key": "没有生效，也不能重新封好：钥匙随旧设备丢了。请再写一次。",
      replaced: "之后重新封过。将来打开的是另一份。",
      opened: "你没有音讯时，中继已交出它那一部分。已经打开的，就是打开了。",
      rehearsal: "这是演练的信，别的什么也没说。",
    },
    readMine: "读它",
  },

  reader: {
    title: (peer) => `${peer}的最后的信`,
    waiting: (peer) => `这是${peer}为自己不在的时候留下的。`,
    waitingMore: "它闭着，里面写了什么，谁也不知道。你什么都不用做。",
    stage: {
      unknown: (peer) => `还没有人说${peer}没有音讯。`,
      kept: (peer) => `${peer}有消息。`,
      late: (peer) => `有一阵没有${peer}的音讯了，正在提醒。`,
      asking: (peer) => `没有${peer}的音讯，正在问守护人。`,
      veto: (peer) => `守护人也没有${peer}的消息。还有时间等一个音讯。`,
      silent: (peer) => `${peer}没有了音讯。`,
      returned: (peer) => `${peer}又有消息了。`,
      stopped: (peer) => `${peer}的守望已停下。`,
    },
    coming: "有留给你的东西。",
    choose: "你可以打开它了。",
    comingMore: "它可以一直等。哪一天、在哪里、谁坐在你身边，都由你来选。",
    who: "谁帮了忙",
    has: (name) => `${name}已交出钥匙。`,
    typed: "你输入的一份钥匙。",
    hasFalse: "有一份钥匙不是真的。没有妨碍，也不算数。",
    need: (missing, first) =>
      first ? `需要${wei(missing)}守护人帮忙。` : `还需要${wei(missing)}守护人帮忙。`,
    waitsFor: (names) => `还没有：${names}。`,
    enough: "帮忙的守护人够了。",
    from: (date) => `从${date}起，不管有没有音讯，守护人都可以打开。`,
    since: (date) => `自${date}起，不管有没有音讯，守护人都可以打开。`,
    open: "打开",
    notNow: "今天先不",
    opening: "正在拼合钥匙。",
    sure: "打开一次，就一直是打开的。现在合适吗？",
    sureYes: "是，打开",
    enter: "手工输入一份钥匙",
    enterMore: "守护人会念给你听，或写在纸上给你。每个词前四个字母就够。",
    enterWords: "这份钥匙的词",
    enterKeep: "存下这份钥匙",
    entered: "已存在这里。",
    cameraNone: "这里不能用相机。请输入这些词。",
    bellsMore: (names) => `你和${names}之间还没有守护人的吊坠，钥匙要通过它送来。`,
    rehearsed: (peer) => `会告诉${peer}，你这边顺利。`,
  },
};
