/**
 * Takes a picture of every page: `node tests/shots/shots.mjs FOLDER [name…]`, after `vite build --mode pretend`.
 *
 * Environment: BUILD (the folder of the build), SIZES, THEMES, LANGUAGES (each a list with commas).
 */
import { mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { PAGES } from "./pages.mjs";
import { serve } from "./server.mjs";

const SIZES = { phone: [390, 844], tablet: [768, 1024], desktop: [1440, 900] };
const listed = (name, all) => (process.env[name] ? process.env[name].split(",") : all);

const [folder = "shots", ...wanted] = process.argv.slice(2);
const build = resolve(
  process.env.BUILD ?? join(dirname(fileURLToPath(import.meta.url)), "../../dist-pretend"),
);
mkdirSync(folder, { recursive: true });

const server = await serve(build);
const origin = `http://127.0.0.1:${server.address().port}`;
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
  ],
});
let faults = 0;

try {
  for (const language of listed("LANGUAGES", ["en", "ja", "zh"])) {
    for (const theme of listed("THEMES", ["light", "dark"])) {
      for (const size of listed("SIZES", Object.keys(SIZES))) {
        for (const each of PAGES) {
          if (wanted.length === 0 || wanted.includes(each.name)) await shoot(each, { language, theme, size });
        }
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
process.exitCode = faults ? 1 : 0;

async function shoot(
  { name, scene, hash, path = "/", query = "", act, full = false, moving = false },
  { language, theme, size },
) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const [width, height] = SIZES[size];
  await page.setViewport({
    width,
    height,
    deviceScaleFactor: Number(process.env.SCALE ?? 1),
    hasTouch: size === "phone",
  });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
  await page.evaluateOnNewDocument((chosen) => localStorage.setItem("twinbell.language", chosen), language);
  const complain = (text) => {
    faults++;
    console.error(`${name} (${language}, ${theme}, ${size}): ${text}`);
  };
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => message.type() === "error" && complain(message.text()));
  await page.goto(`${origin}${path}?scene=${scene}${query}#${hash}`);
  await page.waitForSelector("main, section");
  await settle(page);
  if (act) await act(page);
  if (!moving) await settle(page);
  await page.screenshot({ path: join(folder, `${name}-${language}-${theme}-${size}.png`), fullPage: full });
  await context.close();
}

/** Until nothing moves any more, save what moves for ever; at most a moment. */
function settle(page) {
  return page.evaluate(
    () =>
      new Promise((done) => {
        const until = performance.now() + 1600;
        const look = () => {
          const moving = document
            .getAnimations()
            .some((each) => each.playState === "running" && each.effect?.getTiming().iterations !== Infinity);
          if ((!moving && performance.now() > until - 1100) || performance.now() > until) done();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );
}
