/** Guardians in English: what they are asked, what they hold; and news of watches. */
import { Count, number } from "./numbers";

export const guardianWords = {
  /** For whom somebody is a guardian, what they hold, what they are asked. */
  guardian: {
    title: (writer: string) => `Guardian of ${writer}`,
    list: "Whose guardian you are",
    none: "Nobody has asked you yet.",
    forReader: (reader: string) => `Last letters to ${reader}`,
    pendantOf: (peer: string) =>
      `The pendant with ${peer} is for a guardian: it carries questions and shares, and rings like any other.`,
    asks: (writer: string) => `${writer} asks whether you will be a guardian.`,
    asksRehearsal: (writer: string) => `${writer} asks whether you will take part.`,
    asksMore: [
      (writer: string, reader: string) =>
        `${writer} writes last letters to ${reader}. You can read none of them.`,
      (writer: string) =>
        `If ${writer} has been silent for long, you are asked whether you have heard from them. You say what is true.`,
      () => "You keep a share of a key. Alone it opens nothing.",
      (writer: string) => `You can leave at any time. ${writer} is told that, and no reason.`,
    ] as readonly ((writer: string, reader: string) => string)[],
    yes: "Yes, I will",
    no: "No",
    saidYes: (writer: string) => `${writer} is told, and gives you a share when the watch is armed.`,
    saidRehearsal: (writer: string) => `${writer} is told. You will be asked again in a moment.`,
    saidNo: (writer: string) => `${writer} is told that, and no reason.`,
    again: "Do you still want to be a guardian?",
    againMore: (date: string) => `You agreed on ${date}. A yes should not grow old.`,
    stillYes: "Yes, still",
    duress: (writer: string, date: string) =>
      `The newest note of ${writer}, of ${date}, says that they may not be acting of their own free will. Nobody sees that you know. Be careful, and ask them where nobody listens.`,
    silentFor: (writer: string) => `${writer} has been silent for a while.`,
    question: (writer: string) => `Have you heard from ${writer}?`,
    questionMore: "A call, a letter, somebody who met them. Take your time, and ask around.",
    heard: "Yes, I have",
    notHeard: "No",
    unknown: "I don’t know",
    saidHeard: "Good. The relay is told, and nothing opens.",
    saidNotHeard: "Your answer is with the relay. You can change it as long as it asks.",
    saidUnknown: "Others are asked. Answer again when you know.",
    saidLater: "The relay can’t be reached. Your answer is kept here, and goes by itself.",
    nobodyAsks: "Nobody asks at the moment. Your answer is kept here, and told to nobody.",
    youSaid: {
      yes: (writer: string, date: string) => `On ${date} you said that you have heard from ${writer}.`,
      no: (writer: string, date: string) => `On ${date} you said that you have not heard from ${writer}.`,
      unknown: (_writer: string, date: string) => `On ${date} you said that you don’t know.`,
    },
    change: "Answer again",
    nothing: "Nothing is asked of you now.",
    known: "What you know",
    agreedOn: (date: string) => `You agreed on ${date}.`,
    waits: (writer: string, every: string, grace: string) =>
      `After ${every} without a sign of life, ${writer} is reminded for ${grace}. Then guardians are asked.`,
    waitsThen: (need: number, all: number, writer: string, reader: string, veto: string) =>
      all > 1
        ? `If ${number(need)} of ${number(all)} have not heard from ${writer} either, ${veto} are left for a sign. After that ${reader} may open.`
        : `If you have not heard from ${writer} either, ${veto} are left for a sign. After that ${reader} may open.`,
    loosened: (writer: string, date: string) =>
      `${writer} has made the silence shorter. That holds from ${date} on.`,
    life: (writer: string, date: string) =>
      `The newest sign of life of ${writer} that you hold is of ${date}.`,
    away: (writer: string, date: string) => `${writer} is away until ${date}.`,
    relayAway: "The relay of the watch can’t be reached. What you hold does not depend on it.",
    share: "Your share",
    shareNone: "You hold none yet.",
    shareSince: (date: string) => `You hold it since ${date}.`,
    shareOpens: (need: number, all: number, reader: string) =>
      need > 1
        ? `${Count(need)} of ${number(all)} together help ${reader} to open, once the relay has given out its part or a letter’s day has come. Alone it opens nothing.`
        : `It helps ${reader} to open, once the relay has given out its part or a letter’s day has come.`,
    shareShow: "Show it, to print or to read out",
    sharePage: (writer: string, reader: string) => `A share for the last letters of ${writer} to ${reader}`,
    shareNeed: (need: number, all: number) =>
      all > 1 ? `${need} of ${all} such shares are needed.` : "It is the only one.",
    shareEpoch: (epoch: number) => `Arming ${epoch}.`,
    shareSlip: "SLIP-39, without a passphrase; OPENING.txt in each letter says what for.",
    shareHow: "To be kept on paper, or read out when it is time.",
    shareWords: (count: number) => `${count} words`,
    shareQr: "The words as a code to scan",
    hide: "Hide it",
    give: (reader: string) => `Give your share to ${reader}`,
    giveAbout: (writer: string, reader: string) =>
      `You have not heard from ${writer}. Your share helps ${reader} to open what was left. It can’t be taken back.`,
    giveTo: (reader: string) => `Which ${reader}`,
    giveYes: "Yes, give it",
    giveEvenSo: "Give it all the same",
    given: (reader: string, date: string) => `You gave your share to ${reader} on ${date}.`,
    gave: (reader: string) => `Your share is given to ${reader}.`,
    gaveMore: "Nothing else is asked of you.",
    giveNobody: (reader: string) =>
      `You have no guardian’s pendant with ${reader}. Give them a bell for one, or read your share to them.`,
    whyTitle: "Your share can’t be given now.",
    why: {
      "no-seat": (writer: string) => `${writer} has not told you yet where the watch is kept.`,
      "no-share": (writer: string) => `${writer} has given you no share yet.`,
      stopped: (writer: string) => `${writer} has stopped the watch.`,
      heard: (writer: string) => `You have said that you have heard from ${writer}.`,
      "say-first": (writer: string) => `First say whether you have heard from ${writer}.`,
      away: (writer: string, date: string) => `${writer} is away until ${date}.`,
      "too-new": (writer: string, date: string) =>
        `There is a sign of life of ${writer} that is too new. Not before ${date}.`,
      duress: (writer: string) => `The last note of ${writer} said that they may not be free.`,
      waits: (writer: string) => `The relay still waits for a sign of ${writer}.`,
      "relay-stopped": (writer: string) => `The relay says that ${writer} has stopped the watch.`,
      "relay-heard": (writer: string) => `The relay says that ${writer} has been heard from.`,
    },
    leave: "Be a guardian no longer",
    leaveSure: (writer: string) => `Your share is deleted, and ${writer} is told. It can’t be undone.`,
    leaveYes: "Leave",
  },

  /** Bells that are for a guardian. */
  bell: {
    title: "A guardian’s bell",
    about:
      "For somebody who is to be your guardian, or for the one whose guardian you are. It can be answered once.",
  },

  /** One line each, for what happened. */
  news: {
    "guardian-yes": (peer: string) => `${peer} will be your guardian.`,
    "guardian-no": (peer: string) => `${peer} does not want to be your guardian.`,
    "guardian-seat": (peer: string) => `${peer} has told you where the watch is kept.`,
    terms: (peer: string, date: string) =>
      date ? `${peer} has changed the watch. It holds from ${date} on.` : `${peer} has changed the watch.`,
    share: (peer: string) => `${peer} has given you a share.`,
    "shares-gone": (peer: string) => `Older shares for ${peer} were deleted.`,
    "share-released": (peer: string) => `${peer} has given you their share.`,
    "guardian-gone": (peer: string) => `The guardianship with ${peer} has ended.`,
    "guardian-rehearsed": (peer: string) => `${peer} has done their part.`,
    reader: (peer: string) => `${peer} writes last letters to you.`,
    rehearsed: (peer: string) => `${peer} has opened the letter.`,
    "share-doubtful": (peer: string) => `${peer} may have lost their share. Arm the watch anew.`,
    duress: (peer: string) => `A note of ${peer} says that they may not be free. Nobody sees that you know.`,
    stopped: (peer: string) => `The watch of ${peer} was stopped with its page.`,
    "not-taken": (peer: string) => `Something of a watch that ${peer} sent was not taken: it does not fit.`,
    "consent-due": (peer: string) => `Do you still want to be a guardian of ${peer}?`,
    "help-wanted": (peer: string) => `You may give your share for the letters of ${peer}.`,
    returned: (peer: string) => `${peer} has been heard from again.`,
  },
};

export type GuardianWords = typeof guardianWords;
