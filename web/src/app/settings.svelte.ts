/** The few choices of a browser that are no secret: language, light, the way out. Not part of any bond. */

const PREFIX = "twinbell.";

export type Setting = "language" | "theme" | "bond" | "pair" | "exit" | "disguise";

export function recalled(setting: Setting): string | null {
  try {
    return localStorage.getItem(PREFIX + setting);
  } catch {
    return null; // a browser that forbids it still works
  }
}

export function remember(setting: Setting, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + setting);
    else localStorage.setItem(PREFIX + setting, value);
  } catch {
    // Then it holds until the page is closed.
  }
}

export type Theme = "system" | "light" | "dark";

class Settings {
  theme = $state<Theme>("system");
  dark = $state(false);
  exit = $state(recalled("exit") === "yes");
  disguise = $state(recalled("disguise") === "yes");
}

export const settings = new Settings();

const night = matchMedia("(prefers-color-scheme: dark)");

export function setTheme(theme: Theme): void {
  settings.theme = theme;
  remember("theme", theme === "system" ? null : theme);
  applyTheme();
}

export function setExit(on: boolean): void {
  settings.exit = on;
  remember("exit", on ? "yes" : null);
}

export function setDisguise(on: boolean): void {
  settings.disguise = on;
  remember("disguise", on ? "yes" : null);
  applyDisguise();
}

/** Called once, before anything is shown. */
export function applySettings(): void {
  const theme = recalled("theme");
  settings.theme = theme === "light" || theme === "dark" ? theme : "system";
  night.addEventListener("change", applyTheme);
  applyTheme();
  applyDisguise();
}

function applyTheme(): void {
  settings.dark = settings.theme === "dark" || (settings.theme === "system" && night.matches);
  document.documentElement.dataset["theme"] = settings.dark ? "dark" : "light";
  const paper = settings.dark ? "#15121c" : "#fbf5ec";
  document.querySelector('meta[name="theme-color"]')?.setAttribute("content", paper);
}

/** What a home screen takes when the page is installed, and what a tab is called. */
function applyDisguise(): void {
  const on = settings.disguise;
  document.title = on ? "Notes" : "Twinbell";
  document
    .querySelector('link[rel="manifest"]')
    ?.setAttribute("href", on ? "/notes.webmanifest" : "/app.webmanifest");
  document.querySelector('link[rel="icon"]')?.setAttribute("href", on ? "/notes.svg" : "/icon.svg");
  document
    .querySelector('link[rel="apple-touch-icon"]')
    ?.setAttribute("href", on ? "/notes-180.png" : "/icon-180.png");
  document
    .querySelector('meta[name="apple-mobile-web-app-title"]')
    ?.setAttribute("content", on ? "Notes" : "Twinbell");
}
