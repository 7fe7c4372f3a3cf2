/**
 * Every exact reason for which something is refused: what a catalogue has a sentence for.
 *
 * `code` of a `Refusal` is one of these, or not there; then its `name` has a sentence of its own. Behind each stands
 * what has happened, and the facts that come with it.
 */

export const CODES = [
  // The home
  "home.elsewhere", // another window of this browser holds the home; `takeOver` brings it here
  "vault.damaged", // the database of this browser is damaged, or its key is gone: start anew with the kit
  "vault.newer", // a newer Twinbell has written it: load the page anew
  "vault.private", // the browser lets nothing be kept here: a private window, or storage is blocked
  "vault.unwritten", // the browser could not write, and did not say why
  "storage.full", // there is no room left on this device
  "fault", // an error of ours that nobody foresaw

  // Relays
  "relay.address", // this is not the address of a relay
  "relay.unreachable", // nobody answered: offline, or the relay is down. relay
  "relay.not", // what answers there is no relay. relay
  "relay.full", // it is full, or this was too fast; it goes later. relay
  "relay.refuses", // it did not take what was sent, twice

  // Bells
  "name", // what one is called has 1 to 64 characters, all of them visible
  "bell.long", // this is too long to be a code
  "bell.shape", // a spoken code is a number and three words
  "bell.word", // one of the words is not in the list
  "words.unknown", // the same, for the words of a kit
  "bell.count", // there are not three words
  "bell.relay", // the code does not say at which relay, or says what is none
  "bell.link", // this link does not lead to a bell
  "bell.cut", // the link is not whole, or a letter of it is wrong
  "bell.own", // this bell was given by oneself
  "bell.burnt", // it burnt before it hung
  "bell.joined", // it has become a bond already, so it cannot be taken back
  "bell.gone", // it was taken back while it was being answered

  // Bonds and kits
  "bond.none", // there is no such bond here
  "bond.parted", // this bond has ended
  "about.birthday", // a birthday is a month and a day
  "about.zone", // there is no such time zone
  "about.place", // a place has 1 to 64 characters, all of them visible
  "quiet.minutes", // quiet hours begin and end within a day
  "kit.paper", // the kit was confirmed: its words are on paper and only there
  "kit.line", // the page has no line relay, inbox or peer
  "kit.count", // the page does not have 24 words
  "kit.digits", // a line of the page has other digits than 0 to 9 and a to f, or too few
  "kit.keyring", // the keyring at the relay is not that of this page
  "kit.peer", // it is of a bond with somebody else
  "kit.parted", // this bond was ended by oneself, and paper does not begin it again
  "kit.gone", // the keyring does not lie at its relay any more. relay
  "kit.here", // this bond is here already
  "kit.checksum", // the words do not fit together: one of them is another

  // Letters
  "letter.none", // there is no such letter here
  "letter.kit", // no letter before the kit of this bond is confirmed
  "letter.empty", // there is nothing in it
  "letter.files", // more than 1000 files
  "letter.large", // more than 1 GiB of files
  "letter.file-changed", // a file changed while it was being sealed. name
  "letter.gone", // the file of a letter that was to go is not there any more
  "letter.early", // it is not yet time. round, opensS, keeper
  "letter.clock", // this device says that it is time, and the beacon says that it is not. relay, opensS
  "letter.damaged", // it came damaged, or its file has changed on this device
  "beacon.unreachable", // nobody handed out the round. round, keeper, asked or relay
  "beacon.retired", // its chain has ended, and its key is gone. keeper
  "beacon.damaged", // a relay handed out a signature that is not the round's. relay, round

  // Wishes
  "wish.moment", // this is no moment
  "wish.none", // there is no such day or time
  "wish.passed", // this moment has passed
  "wish.far", // beyond the year 2999
  "wish.zone", // there is no such time zone
  "wish.february", // a year has no 29 February: choose 28 February or 1 March. year
  "wish.ambiguous", // a unit that could mean two
  "wish.amount", // an amount that is too large or none
  "wish.years", // from 1 to 30 letters can be written at once, one a year

  // Watches, by their writer
  "watch.none", // there is no watch for this person. peer
  "watch.there", // there is one for this person already. peer
  "watch.unknown", // the relay has no such watch, or one has no part in it. relay
  "watch.pair", // a watch belongs to the bond with the one whom the letters are for
  "watch.guardian-bond", // a guardian has a bond of their own, and this is not one. peer
  "watch.days", // a span has 1 to 400 days, and reminders 3 at least
  "watch.need", // from 1 to 7 guardians can be needed
  "watch.few", // without this guardian there would be fewer than are needed. peer
  "watch.not-asked", // they were not asked to be a guardian. peer
  "watch.over", // it is over by its stage: only arming anew is taken
  "watch.lacks", // it can't be armed yet; `lacks` of the watch says why
  "watch.away", // one can be away until a day ahead, for 400 days at most
  "watch.busy", // somebody else signs life for it at this moment
  "watch.word", // this is neither of the two words
  "watch.word-short", // a word has four letters or more
  "watch.words-same", // the two words have to differ
  "watch.words-none", // no words are set for this watch
  "watch.stop-count", // a stop code has twelve words. count
  "watch.id", // the id of a watch has 32 digits
  "watch.push-elsewhere", // this device can be woken by the relay of this page only, and the watch lies at another. relay
  "channel.name", // a channel has a name of 1 to 32 visible characters
  "channel.there", // there is a channel of this name already. channel
  "channel.none", // there is no channel of this name. channel
  "channel.address", // an Apprise address is a scheme, :// and what follows
  "channel.many", // there are eight channels at most

  // Last letters
  "last.words", // no last letter before the words were compared. peer
  "last.none", // it is no last letter
  "last.early", // it is not yet time; `lastLetter` says what is missing
  "last.part", // what the relay gave out is not the key of this letter
  "last.silence", // whoever knows whether they have been silent can't be reached. relay
  "last.heir", // an heir is named where there is to be one, and only there
  "share.word", // a word of this share is not in the list. place, word
  "share.length", // a share has 33 words, and these are others. words
  "share.damaged", // this is no share: a word is wrong, or two have changed places
  "share.elsewhere", // this share is for another letter

  // The guardian
  "guardian.none", // one is no guardian of them any more. peer
  "guardian.seat", // they have not given one a seat yet. peer
  "guardian.ruled", // the share may not be released; `ruling` says why
  "guardian.reader", // there is no guardians' bond with the reader. peer

  // Rehearsals
  "rehearsal.few", // fewer guardians than are needed have agreed
  "rehearsal.none", // there is no rehearsal
] as const;

export type Code = (typeof CODES)[number];
