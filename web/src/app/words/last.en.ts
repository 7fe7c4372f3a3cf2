/** Last letters in English, as they are written, held and read. */
import { Count, number } from "./numbers";

/** Null is the one who reads this. */
const Who = (name: string | null): string => name ?? "You";
const who = (name: string | null): string => name ?? "you";

export const lastWords = {
  /** Writing a last letter, and what holds it back. */
  last: {
    title: (peer: string) => `A last letter for ${peer}`,
    about: (peer: string) => `It opens for ${peer} once you have been silent and guardians help.`,
    needWatch: "First there has to be a watch that notices your silence.",
    notArmedTitle: "Your watch is not armed.",
    notArmed:
      "You can write and seal this letter now. But it stays on this device and goes to nobody: your silence would not open it until you have armed the watch.",
    toWatch: "See what is missing",
    toNext: "To the newer copy",
    floor: "From this day on, guardians alone may open it, silent or not",
    floorMore: "So that it opens also when the relay is gone. Each new arming moves the day on.",
    floorYear: "in a year",
    floorDay: "another day",
    fate: "Its fate",
    parting: "If one of you ends the bond",
    partingBurn: "it is to stay closed",
    partingBurnMore: (peer: string, date: string) =>
      `The relay’s part of the key is deleted. A copy that ${peer} has could still be opened by guardians from ${date} on.`,
    partingKeep: "it stays",
    both: (peer: string) => `If ${peer} has fallen silent too`,
    bothLater: "it stays",
    bothLaterMore: (date: string) => `Guardians can open it from ${date} on.`,
    bothHeir: "somebody else is to have it",
    bothHeirMore: "It says whom you wish. To reach them, write them a last letter of their own.",
    bothHeirName: "Whom",
    bothHeirIs: (name: string) => `${name} is to have it`,
    bothBurn: "nobody is to open it",
    bothBurnMore: "A wish, which nothing enforces.",
    fateMore: "This stands at the end of the letter, inside the seal.",
    holds: "What holds it back",
    bySilence: "If silence comes",
    byFloor: (date: string) => `From ${date} on`,
    comes: "What must come to pass",
    before: "Who could open it before",
    heldBy: "Held by",
    strength: {
      nothing: "nothing",
      courtesy: "courtesy",
      guardians: "guardians",
      mathematics: "mathematics until that day, then guardians",
    },
    waySilence: (writer: string | null, relay: string, some: string) =>
      `${Who(writer)} ${writer ? "has" : "have"} been silent, ${relay} has said so, and ${some} must help.`,
    wayDate: (date: string, some: string) => `${date} has come, and ${some} must help.`,
    early: (whoEver: string, some: string, reader: string | null) =>
      `${whoEver} and ${some}, together with ${who(reader)}.`,
    someGuardians: (need: number, all: number, names: string) =>
      need === all
        ? names || (all === 1 ? "the guardian" : `all ${number(all)} guardians`)
        : `${number(need)} of ${names || `${number(all)} guardians`}`,
    someKeepers: (need: number, all: number, names: string) =>
      need >= all ? names : `Any ${number(need)} of ${names}`,
    noneAlone: (reader: string | null) =>
      `No guardian can read it, and none of them alone can open it for ${who(reader)}.`,
    oneAlone: (reader: string | null) =>
      `The guardian can’t read it, but needs nobody else to open it for ${who(reader)} once a way is free.`,
    ours: (names: string) => `One of you two runs ${names}: that day holds nobody back who runs it.`,
    lost: (need: number, all: number) =>
      all > 1
        ? `It is lost if fewer than ${number(need)} of ${number(all)} guardians still have their share.`
        : "It is lost if the guardian no longer has the share.",
    devices: (writer: string | null) =>
      writer
        ? `The devices of ${writer} can open it at any time.`
        : "Your own devices can open it at any time.",
    seal: "Seal it",
    sealing: "Sealing.",
    done: "Sealed.",
    doneArmed: (peer: string) => `${peer} has it soon, closed.`,
    doneNot: "It is not armed.",
    standing: {
      armed: "It is armed: it opens once you have been silent and guardians help.",
      held: "It is not armed. It lies on this device alone and goes to nobody until you arm the watch.",
      unarmed: "It is not armed: your silence would not open it.",
      "lost-key":
        "It is not armed, and can’t be sealed again: its key went with an old device. Write it again.",
      replaced: "It was sealed again since. Another copy is the one that will be opened.",
      opened: "The relay gave out its part when you were silent. What was opened stays open.",
      rehearsal: "It is the letter of a rehearsal, and says nothing else.",
    },
    readMine: "Read it",
  },

  /** A last letter that came in, for the one whom it is for. */
  reader: {
    title: (peer: string) => `A last letter from ${peer}`,
    waiting: (peer: string) => `${peer} has left this for a time after them.`,
    waitingMore: "It is closed, and nothing of it is known before. You need do nothing.",
    stage: {
      unknown: (peer: string) => `Nobody has said that ${peer} is silent.`,
      kept: (peer: string) => `${peer} is heard from.`,
      late: (peer: string) => `${peer} has not been heard from for a while, and is being reminded.`,
      asking: (peer: string) => `${peer} has not been heard from, and guardians are being asked.`,
      veto: (peer: string) => `The guardians have not heard from ${peer}. There is still time for a sign.`,
      silent: (peer: string) => `${peer} has been silent.`,
      returned: (peer: string) => `${peer} has been heard from again.`,
      stopped: (peer: string) => `The watch of ${peer} was stopped.`,
    },
    coming: "Something is coming.",
    choose: "You may open it.",
    comingMore: "It can wait as long as you like. Choose the day, the place, and who sits beside you.",
    who: "Who has helped",
    has: (name: string) => `${name} has given their share.`,
    typed: "A share that you entered.",
    hasFalse: "One of the shares is not true. It does no harm, and doesn’t count.",
    need: (missing: number, first: boolean) =>
      `${Count(missing)}${first ? "" : " more"} ${missing === 1 ? "guardian" : "guardians"} must help.`,
    waitsFor: (names: string) => `Nothing yet from ${names}.`,
    enough: "Enough guardians have helped.",
    from: (date: string) => `From ${date} on, guardians can open it, silent or not.`,
    since: (date: string) => `Since ${date}, guardians can open it, silent or not.`,
    open: "Open it",
    notNow: "Not today",
    opening: "Putting the key together.",
    sure: "It opens once and then stays open. Is this a good moment?",
    sureYes: "Yes, open it",
    enter: "Enter a share by hand",
    enterMore: "A guardian reads it to you, or gives it on paper. Four letters of each word are enough.",
    enterWords: "The words of the share",
    enterKeep: "Keep this share",
    entered: "It is kept here.",
    cameraNone: "The camera can’t be used here. Type the words.",
    bellsMore: (names: string) =>
      `You have no guardian’s pendant yet with ${names}, through which their share could come.`,
    rehearsed: (peer: string) => `${peer} is told that it worked for you.`,
  },
};

export type LastWords = typeof lastWords;
