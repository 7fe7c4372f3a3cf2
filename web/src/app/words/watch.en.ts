/** Last letters in English: the watch, its guardians, the reader, the rehearsal. Loaded with the first such page. */
import { plural } from "./plural";

const n = plural("en");
const NUMBERS = ["none", "one", "two", "three", "four", "five", "six", "seven"];
const number = (count: number): string => NUMBERS[count] ?? String(count);
const Count = (count: number): string => number(count).replace(/^./, (letter) => letter.toUpperCase());
const days = (count: number): string => n(count, { one: "1 day", other: `${count} days` });
/** Null is the one who reads this. */
const Who = (name: string | null): string => name ?? "You";
const who = (name: string | null): string => name ?? "you";

export const words = {
  rehearsal: "Rehearsal",
  rehearsalMore: "This is a rehearsal. Nobody is missing.",

  /** Last letters from the writer's side: what they are, how far they are set up, how the watch is. */
  watch: {
    title: "Last letters",
    forPeer: (peer: string) => `for ${peer}`,
    sentence: (peer: string) => `Letters to ${peer} that open only if you fall silent.`,
    how: [
      (peer: string) => `You write them now. Each is sealed and lies with ${peer}, who can’t open it.`,
      () =>
        "If no sign of life comes from you for long, you are reminded. Then people whom you chose, your guardians, are asked whether they have heard from you.",
      (peer: string) =>
        `Only if they have not, and some more days have passed, can they help ${peer} to open what you left. Until then one touch of yours ends it.`,
    ] as readonly ((peer: string) => string)[],
    notWill: "A last letter is not a will, and no court takes it for one.",
    begin: "Begin",
    beginMore: "Nobody is told yet. You can stop at any step and go on another day.",
    parted: "This bond has ended.",
    loading: "Asking the relay.",
    relayAway: "The relay can’t be reached. What stands here is what was known last.",
    armed: "Armed",
    notArmed: "Not armed yet.",
    notArmedMore: "Until it is, your silence opens nothing.",
    stillMissing: (count: number) =>
      n(count, { one: "One step is still missing.", other: `${count} steps are still missing.` }),
    stage: {
      kept: "All is well.",
      late: "It is time for a sign of life.",
      asking: "Your guardians are being asked whether they have heard from you.",
      veto: "Your guardians have not heard from you. A sign of life still ends it.",
      silent: (peer: string) => `You count as silent, and ${peer} may open your last letters.`,
      returned: "You were silent, and are back.",
      returnedMore:
        "What was opened stays open. Nothing more is given out, and arming anew seals the rest again.",
      stopped: "The watch was stopped with the page on paper.",
      stoppedMore: "Nothing is given out any more. Arming begins it anew, with another page.",
    },
    counted: (count: number, every: number) => `Counted ${count} of ${days(every)}.`,
    countedSeconds: (count: number, every: number) => `Counted ${count} of ${every} seconds.`,
    uncounted: {
      down: (span: string) => `${span} did not count because the relay was down.`,
      clock: (span: string) => `${span} did not count because the relay’s clock could not be believed.`,
      restored: (span: string) => `${span} did not count because the relay came back from an older copy.`,
    },
    anew: "The relay came back from an older copy, so all begins anew from there.",
    reminded: (count: number, of: number) => `${count} of ${of} reminders were accepted.`,
    next: {
      late: (span: string) => `If nothing is heard, you are reminded in ${span}.`,
      asking: (span: string) => `If nothing is heard, your guardians are asked in ${span} at the earliest.`,
      silent: (span: string, peer: string) =>
        `If nothing is heard, ${peer} may open your letters in ${span}.`,
    },
    awayUntil: (date: string) =>
      `You are away until ${date}. Nothing counts until then, and your guardians see it.`,
    awayWord: "I will be away",
    pending: (span: string) =>
      `A change waits. It holds once ${span} more have counted; your guardians see it until then.`,
    takeBack: "Take the change back",
    alive: "I am here",
    aliveDone: "The relay knows that you are here.",
    aliveLast: (date: string) => `Last sign of life from this device: ${date}.`,
    aliveNone: "No sign of life from this device yet.",
    aliveMore:
      "When you open Twinbell, ring, write, or go into the room, a sign of life goes along by itself, twice a day at most. Nothing else counts: no program in the background, and nothing that only came in.",
    letters: (count: number) =>
      n(count, { one: "One last letter lies behind it.", other: `${count} last letters lie behind it.` }),
    unarmed: (count: number) =>
      n(count, {
        one: "One last letter is not armed: your silence would not open it.",
        other: `${count} last letters are not armed: your silence would not open them.`,
      }),
    write: "Write a last letter",
    due: "It is time",
    rehearsalDue: "The last rehearsal is more than a year ago.",
    armingDue: "A year has passed: arm it anew.",
    guardiansChanged: "Your guardians are others now than when it was armed. Arm it anew.",
    settings: "How it is set",
  },

  /** The steps of setting up, in their order, and what is missing of each. */
  step: {
    list: "Steps",
    done: "Done",
    missing: "Missing",
    compare: "Compare the words",
    compareYes: (peer: string) => `You have compared them with ${peer}.`,
    compareNo: (peer: string) => `You have not yet compared the words with ${peer}.`,
    guardians: "Guardians",
    guardiansNone: "Nobody has been asked yet.",
    guardiansSome: (have: number, need: number) =>
      `${Count(have)} of the ${number(need)} that you need ${have === 1 ? "has" : "have"} agreed.`,
    guardiansCompare: (have: number, need: number) =>
      `You have compared the words with ${number(have)} of ${number(need)} guardians.`,
    guardiansYes: (names: string, need: number, all: number) =>
      all === 1 ? `${names}, alone.` : `${names}; ${need === all ? "all" : number(need)} must agree.`,
    rhythm: "How long silence is",
    rhythmIs: (every: number, grace: number, veto: number) =>
      `${days(every)}, then ${grace} of reminders, and ${veto} after your guardians’ answer.`,
    reminders: "Two ways to be reminded",
    remindersAre: (have: number, need: number) =>
      `${Count(have)} of ${number(need)} ways to be reminded ${have === 1 ? "is" : "are"} tested.`,
    remindersYes: (names: string) => `Tested: ${names}.`,
    stop: "The page that stops it",
    stopNo: "Not on paper yet.",
    stopYes: "On paper, and nowhere else.",
    rehearse: "The rehearsal",
    rehearseNo: "Nobody has rehearsed it yet.",
    rehearseYes: (date: string) => `Rehearsed on ${date}.`,
    arm: "Arm it",
    armed: "Arm it anew, or end it",
    armNo: "When the others are done.",
    armReady: "Nothing is missing.",
    armYes: (date: string) => `Armed since ${date}.`,
    two: "Your two words",
    twoNo: "If you like: a usual one, and one that calls for help.",
    twoYes: "Set.",
  },

  lack: {
    one: "Where there are several guardians, at least two must agree.",
  },

  guardians: {
    about: "People who would know if something had happened to you. Two or three are enough.",
    aboutMore: (peer: string) =>
      `They can read nothing. Each keeps a share of a key: alone it opens nothing, and never without ${peer}.`,
    none: "You have asked nobody yet.",
    state: {
      asked: (name: string) => `${name} was asked and has not answered.`,
      agreed: (name: string) => `${name} is a guardian.`,
      refused: (name: string) => `${name} does not want to be a guardian.`,
      doubtful: (name: string) => `${name} came back from paper and may have lost their share. Arm anew.`,
      old: (name: string) => `${name} agreed more than a year ago. Ask again.`,
    },
    nextArming: "They get a share when you next arm it.",
    shareWaits: "Their share is on its way.",
    compare: "Compare the words",
    askAgain: "Ask again",
    dismiss: "End it",
    dismissSure: (name: string) =>
      `${name} is a guardian no longer: they are told, and their share is deleted. Arm the watch anew afterwards.`,
    dismissYes: "End this guardianship",
    ask: (name: string) => `Ask ${name}`,
    askTitle: "Ask somebody",
    bell: "Give a guardian’s bell",
    bellMore:
      "A guardian has a pendant with you that is made for this. It begins with a bell, like any other; whoever answers is told what for.",
    both: (peer: string) =>
      `To give their share, each also needs such a pendant with ${peer}; or they read 33 words to them.`,
    need: "How many must agree",
    needOf: (need: number, all: number) => `${need} of ${all}`,
    needMore:
      "More make it harder to open too early, and easier to lose: if fewer than these are left, only your own devices can open the letters.",
  },

  rhythm: {
    about: "How long a silence has to be before anybody acts.",
    every: "days without a sign of life; then you are reminded",
    grace: "days of reminders; then your guardians are asked",
    veto: "days after their answer, in which a sign of life still ends it",
    earliest: (count: number) => `Nothing opens before ${days(count)} of silence.`,
    zone: "You are not reminded at night in",
    longer:
      "What makes it longer holds at once. What makes it shorter holds only once the old time has passed.",
    shorter: (span: string) =>
      `This makes it shorter, so it holds once ${span} have counted. Your guardians see it until then.`,
    save: "Keep it so",
    saved: "Kept.",
  },

  reminders: {
    about:
      "Before anybody is asked about you, you are reminded. Two ways that work are needed: that one goes unread does not mean that you are silent.",
    push: "This device",
    pushMore: "A notification that says only that something is here.",
    pushNone: "This relay or this browser can’t push.",
    pushDenied: "The browser doesn’t allow it. You can change that in its settings.",
    add: "Remind me here",
    address: "Another way",
    addressName: "What you call it",
    addressUrl: "Its address",
    addressMore:
      "An Apprise address for mail, a messenger, a second phone: ntfys://ntfy.example/a-name-nobody-guesses. The relay keeps it, with whatever password is in it.",
    addAddress: "Add and test it",
    test: "Test",
    testNamed: (name: string) => `Test ${name}`,
    testing: "Sending a test.",
    accepted: "A test was sent, and its service accepted it. Look whether it has come.",
    tested: (date: string) => `Tested on ${date}.`,
    untested: "Not tested yet.",
    why: {
      refused: (name: string) => `The service behind “${name}” refused the test. Look at the address.`,
      unreachable: (name: string) => `The service behind “${name}” can’t be reached.`,
      "not-offered": (name: string) => `This relay does not offer the way of “${name}”.`,
    } as Readonly<Record<string, (name: string) => string>>,
    whyOther: (name: string) => `The test by “${name}” was not accepted.`,
  },

  stop: {
    about:
      "Twelve words that stop the watch, from anywhere and at any time. Give the page to somebody who would know that you are alive.",
    aboutMore: "Whoever has it can keep your last letters from opening, and nothing else.",
    show: "Show the page",
    heading: (me: string) => `How to stop the watch of ${me}`,
    wordsLabel: "12 words",
    how: "You know that this person is alive? Open Twinbell, choose “Come back from paper”, then “I have a page that stops a watch”. Or: twinbell watch stop.",
    keptMore: "Then this device keeps them no longer.",
    gone: "The page is on paper and only there.",
    stopped: "Stop a watch with its page",
    stopMore: "From then on nothing is given out. Its writer can begin it anew.",
    relay: "relay, as on the page",
    watch: "watch, as on the page",
    typed: "The twelve words",
    go: "Stop the watch",
    done: "The watch is stopped. Nothing is given out any more.",
  },

  rehearse: {
    about:
      "All of you do once what would be done in earnest, with a letter that says nothing. Only then can it be armed.",
    what: [
      () => "You are reminded, and the program acts as if you were silent. You do nothing.",
      () => "Your guardians are asked whether they have heard from you. They say no, and give their shares.",
      (peer: string) => `${peer} opens the letter of the rehearsal.`,
    ] as readonly ((peer: string) => string)[],
    tell: "Tell them before, by voice. Everywhere it says “Rehearsal”, and it takes each of them a minute.",
    early: "First enough guardians must have agreed, and two ways to be reminded must be tested.",
    begin: "Begin the rehearsal",
    goingMore: "The others may take their time. You can close this page.",
    until: (date: string) => `It ends by itself on ${date}.`,
    look: "See how far it is",
    stage: {
      asking: "Your guardians are asked to take part.",
      silence: "Its short silence is passing.",
      help: "Now it is the others’ turn.",
      done: "The rehearsal is done.",
      lapsed: "The relay keeps this rehearsal no longer. Begin another.",
    },
    doneMore: "Each has done their part. Rehearse again in a year.",
    guardian: {
      asked: (name: string) => `${name} has not answered yet.`,
      ready: (name: string) => `${name} takes part.`,
      answered: (name: string) => `${name} has answered.`,
      done: (name: string) => `${name} has given their share.`,
      refused: (name: string) => `${name} does not want to take part.`,
    },
    reader: {
      asked: (name: string) => `${name} has not opened the letter yet.`,
      ready: (name: string) => `${name} has the letter.`,
      answered: (name: string) => `${name} has the letter.`,
      done: (name: string) => `${name} has opened the letter.`,
      refused: (name: string) => `${name} does not want to take part.`,
    },
    goOn: "Go on without the others",
    over: "End this rehearsal",
    overMore: "Your watch, its shares and its letters are not touched by that.",
    overYes: "End it",
    again: "Clear it away",
    lastOn: (date: string) => `The last one was on ${date}.`,
  },

  arm: {
    about:
      "From then on silence counts. Your guardians get their shares of a new key, and every last letter is sealed behind it.",
    need: "Still missing",
    go: "Arm it",
    again: "Arm it anew",
    working: "Splitting the key, sealing letters.",
    done: (peer: string) => `Your watch for ${peer} is armed.`,
    doneMore: "You need not think of it. Opening Twinbell now and then is enough.",
    pending: (span: string) => `The new terms hold once ${span} have counted; until then the old ones do.`,
    oldShares: (need: number, peer: string) =>
      need === 1
        ? `A guardian who kept the old share could still open the older copies that ${peer} has, after the day that each names.`
        : `${Count(need)} guardians who kept their old shares could still open the older copies that ${peer} has, after the day that each names.`,
    leftLetters: (count: number) =>
      n(count, {
        one: "One letter can’t be sealed again: its key went with an old device. Write it again.",
        other: `${count} letters can’t be sealed again: their keys went with an old device. Write them again.`,
      }),
    newStop: "There is a new page that stops it. The old one is of no use any more.",
    yearly: "Do it again once a year, and whenever a guardian comes or goes.",
    end: "End the watch for good",
    endSure: (peer: string) =>
      `The relay forgets it, and your guardians let go of their shares. What was delivered stays with ${peer}, closed; only shares that somebody kept could open it, after the day that a letter names. It can’t be taken back.`,
    endYes: "End it for good",
  },

  away: {
    title: "Away",
    about: "Until when will nobody hear from you? Nothing counts until then, and your guardians see it.",
    until: "Until the end of",
    go: "Say so",
    back: "I am back",
    backDone: "You are back. It counts again from now.",
    far: "400 days at most.",
  },

  /** The page behind a reminder. Whatever is typed, it looks the same. */
  alive: {
    title: (me: string) => `Are you there, ${me}?`,
    about: "One touch is enough.",
    button: "I am here",
    word: "Your word",
    withWord: "With a word",
    done: "Good that you are here.",
    doneMore: "The relay knows it, and nothing is opened.",
    wasSilent: (peer: string) =>
      `Welcome back. ${peer} could open your last letters from the day on which you counted as silent.`,
    none: "You have no watch on this device.",
    twoAbout:
      "A usual word for “I am here”, and a second one for when somebody makes you say it. Both look just the same. After the second your guardians are told, for five weeks, that you may not be free.",
    usual: "The usual word",
    second: "The word that calls for help",
    twoSave: "Keep both",
    twoDone: "Both words are set. They are never shown again.",
  },

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

export type WatchWords = typeof words;
