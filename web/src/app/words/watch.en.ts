/** Last letters in English: the watch and its rehearsal; with the words of letters and guardians. Loaded with the first such page. */
import { guardianWords } from "./guardian.en";
import { lastWords } from "./last.en";
import { Count, number } from "./numbers";
import { plural } from "./plural";

const n = plural("en");
const days = (count: number): string => n(count, { one: "1 day", other: `${count} days` });

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
    dropped: "What you had loosened had not come into force, and does not. Set it again.",
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

  ...lastWords,
  ...guardianWords,
};

export type WatchWords = typeof words;
