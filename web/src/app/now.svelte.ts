/** The clock of the pages: seconds, told anew each second while the page is seen. */

class Now {
  s = $state(Math.floor(Date.now() / 1000));
}

export const now = new Now();

setInterval(() => {
  if (!document.hidden) now.s = Math.floor(Date.now() / 1000);
}, 1000);

document.addEventListener("visibilitychange", () => (now.s = Math.floor(Date.now() / 1000)));
