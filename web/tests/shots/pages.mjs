/** Every page worth a look: a scene of the pretend home, an address, and what is done before the picture. */

import { WATCH_PAGES } from "./watchpages.mjs";

const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Press the button or link with these words, in whichever language: it is found by its place. */
const press = (selector) => async (page) => {
  await page.waitForSelector(selector);
  await page.click(selector);
};
const type = async (page, selector, text) => {
  await page.waitForSelector(selector);
  await page.type(selector, text);
};

export const PAGES = [
  { name: "first", scene: "empty", hash: "" },
  { name: "elsewhere", scene: "elsewhere", hash: "" },
  { name: "give", scene: "empty", hash: "give" },
  {
    name: "give-link",
    scene: "empty",
    hash: "give",
    query: "&hang",
    async act(page) {
      await type(page, "input.serif", "Jun");
      await press("form .button")(page);
      await page.waitForSelector("svg[role=img]");
    },
  },
  {
    name: "give-spoken",
    scene: "empty",
    hash: "give",
    query: "&hang",
    async act(page) {
      await type(page, "input.serif", "Jun");
      await press("input[value=spoken]")(page);
      await press("form .button")(page);
      await page.waitForSelector(".spoken");
    },
  },
  {
    name: "outcome-burnt",
    scene: "empty",
    hash: "give",
    query: "&outcome=wrong-code",
    async act(page) {
      await type(page, "input.serif", "Jun");
      await press("form .button")(page);
      await page.waitForFunction(() => document.querySelector(".large"), { timeout: 8000 });
    },
  },
  { name: "answer", scene: "empty", hash: "answer" },
  {
    name: "answer-link",
    scene: "empty",
    path: "/bell",
    hash: "kq2b6rh4xw7mzt3ncv5pajsydu-e4mhz7wq2xk6rtbn5cvpajsyda",
  },
  { name: "return", scene: "empty", hash: "return" },
  { name: "pendant", scene: "missed", hash: "pendant" },
  { name: "pendant-plain", scene: "two", hash: "pendant" },
  { name: "pendant-long", scene: "long", hash: "pendant" },
  { name: "pendant-new", scene: "new", hash: "pendant" },
  { name: "pendant-knock", scene: "knock", hash: "pendant" },
  {
    name: "pendant-ringing",
    scene: "none",
    hash: "pendant",
    async act(page) {
      await page.focus(".touch");
      await page.keyboard.down("Enter");
      await after(900);
    },
  },
  { name: "verify", scene: "new", hash: "verify" },
  { name: "verified", scene: "one", hash: "verify" },
  { name: "letters", scene: "one", hash: "letters" },
  { name: "letters-many", scene: "many", hash: "letters" },
  { name: "letters-none", scene: "none", hash: "letters" },
  { name: "letters-kit", scene: "new", hash: "letters" },
  { name: "letter-waiting", scene: "one", hash: "letter/1a7f" },
  { name: "letter-ready", scene: "one", hash: "letter/3c51" },
  { name: "letter-read", scene: "one", hash: "letter/4d92" },
  {
    name: "letter-opening",
    scene: "one",
    hash: "letter/3c51",
    async act(page) {
      await press(".page .button")(page);
      await page.waitForSelector(".moment");
      await after(450);
    },
    moving: true,
  },
  { name: "write", scene: "one", hash: "write" },
  {
    name: "write-day",
    scene: "one",
    hash: "write",
    full: true,
    async act(page) {
      await type(page, "input.serif", "For your first day");
      await press("input[value=day]")(page);
      await page.waitForSelector(".calendar");
      await page.click(".calendar .next");
      await page.click(".days button:last-child");
      await page.click("input[type=checkbox]");
    },
  },
  { name: "room-door", scene: "one", hash: "room" },
  {
    name: "room",
    scene: "one",
    hash: "room",
    async act(page) {
      await press("main .button")(page);
      await page.waitForSelector("textarea");
      await after(2600);
    },
  },
  { name: "you", scene: "one", hash: "you", full: true },
  { name: "you-new", scene: "new", hash: "you" },
  { name: "kit", scene: "new", hash: "kit" },
  { name: "kit-shown", scene: "new", hash: "kit", act: press(".page .button") },
  {
    name: "kit-confirm",
    scene: "new",
    hash: "kit",
    async act(page) {
      await press(".page .button")(page);
      await page.waitForSelector("section ol");
      await page.click(".page > p > .button");
      await page.waitForSelector("form input");
    },
  },
  { name: "portrait", scene: "one", hash: "portrait" },
  { name: "errors", scene: "errors", hash: "letters" },
  ...WATCH_PAGES,
];
