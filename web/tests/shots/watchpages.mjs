/** The pages of last letters, from every side. */

const press = async (page, selector) => {
  await page.waitForSelector(selector);
  await page.click(selector);
};
const type = async (page, selector, text) => {
  await page.waitForSelector(selector);
  await page.type(selector, text);
};

export const WATCH_PAGES = [
  { name: "watch-intro", scene: "one", hash: "watch" },
  { name: "watch-steps", scene: "watch-begun", hash: "watch", full: true },
  { name: "watch-armed", scene: "watch-armed", hash: "watch", full: true },
  { name: "watch-late", scene: "watch-late", hash: "watch" },
  { name: "watch-veto", scene: "watch-veto", hash: "watch" },
  { name: "watch-silent", scene: "watch-silent", hash: "watch" },
  { name: "watch-returned", scene: "watch-returned", hash: "watch" },
  { name: "watch-waiting", scene: "watch-waiting", hash: "watch", full: true },
  { name: "watch-guardians", scene: "watch-begun", hash: "watch/guardians", full: true },
  { name: "watch-rhythm", scene: "watch-armed", hash: "watch/rhythm" },
  { name: "watch-reminders", scene: "watch-begun", hash: "watch/reminders", full: true },
  { name: "watch-page", scene: "watch-begun", hash: "watch/page" },
  {
    name: "watch-page-shown",
    scene: "watch-begun",
    hash: "watch/page",
    full: true,
    act: (page) => press(page, ".page .button"),
  },
  { name: "watch-rehearsal", scene: "watch-ready", hash: "watch/rehearsal" },
  { name: "watch-rehearsing", scene: "watch-rehearsing", hash: "watch/rehearsal" },
  { name: "watch-rehearsed", scene: "watch-rehearsed", hash: "watch/rehearsal" },
  { name: "watch-arming", scene: "watch-ready", hash: "watch/arming" },
  { name: "watch-lacking", scene: "watch-begun", hash: "watch/arming" },
  {
    name: "watch-end",
    scene: "watch-armed",
    hash: "watch/arming",
    act: (page) => press(page, ".page section .word"),
  },
  { name: "watch-away", scene: "watch-armed", hash: "watch/away" },
  { name: "watch-words", scene: "watch-armed", hash: "watch/words" },
  { name: "alive", scene: "watch-late", hash: "alive" },
  {
    name: "alive-word",
    scene: "watch-late",
    hash: "alive",
    act: (page) => press(page, "form .word"),
  },
  { name: "alive-done", scene: "watch-late", hash: "alive", act: (page) => press(page, ".here") },
  { name: "stop", scene: "empty", hash: "stop" },
  { name: "appoint", scene: "watch-begun", hash: "appoint" },
  { name: "last-write", scene: "watch-armed", hash: "last", full: true },
  {
    name: "last-not-armed",
    scene: "watch-begun",
    hash: "last",
    full: true,
    async act(page) {
      await press(page, "input[name=both]");
      await page.click("label:nth-of-type(2) > input[name=both]");
      await type(page, ".heir input", "Ada");
    },
  },
  { name: "letters-last", scene: "watch-armed", hash: "letters", full: true },
  { name: "last-mine", scene: "watch-armed", hash: "letter/l1", full: true },
  { name: "last-held", scene: "watch-armed", hash: "letter/l2" },
  { name: "reader-waiting", scene: "reader-waiting", hash: "letter/l9" },
  { name: "reader-coming", scene: "reader-coming", hash: "letter/l9", full: true },
  {
    name: "reader-share",
    scene: "reader-coming",
    hash: "letter/l9",
    full: true,
    act: (page) => press(page, "section + * + p > .word, section ~ p > .word"),
  },
  { name: "reader-ready", scene: "reader-ready", hash: "letter/l9" },
  {
    name: "reader-sure",
    scene: "reader-ready",
    hash: "letter/l9",
    act: (page) => press(page, ".page p > .button"),
  },
  { name: "reader-rehearsal", scene: "reader-rehearsal", hash: "letter/l9" },
  { name: "guardian-invited", scene: "guardian-invited", hash: "guarding" },
  { name: "guardian-kept", scene: "guardian-kept", hash: "guarding", full: true },
  {
    name: "guardian-share",
    scene: "guardian-kept",
    hash: "guarding",
    full: true,
    act: (page) => press(page, ".page section div > .word"),
  },
  { name: "guardian-asked", scene: "guardian-asked", hash: "guarding" },
  {
    name: "guardian-answered",
    scene: "guardian-asked",
    hash: "guarding",
    act: (page) => press(page, ".answers > button:nth-child(2)"),
  },
  { name: "guardian-no", scene: "guardian-no", hash: "guarding", full: true },
  { name: "guardian-duress", scene: "guardian-duress", hash: "guarding", full: true },
  { name: "guardian-early", scene: "guardian-early", hash: "guarding" },
  { name: "guardian-many", scene: "guardian-many", hash: "guarding" },
  { name: "guardian-rehearsal", scene: "guardian-rehearsal", hash: "guarding" },
  { name: "guardian-pendant", scene: "guardian-kept", hash: "pendant" },
  { name: "pendant-late", scene: "watch-late", hash: "pendant" },
  { name: "pendant-coming", scene: "reader-coming", hash: "pendant" },
];
