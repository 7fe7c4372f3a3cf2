/** Every page worth a look: a scene of the pretend home, an address, and what is done before the picture. */

const click = (selector) => (page) => page.click(selector);

export const PAGES = [
  { name: "first", scene: "empty", hash: "" },
  { name: "pendant", scene: "one", hash: "pendant" },
  { name: "pendant-missed", scene: "missed", hash: "pendant" },
  { name: "pendant-plain", scene: "two", hash: "pendant" },
  { name: "pendant-long", scene: "long", hash: "pendant" },
  { name: "elsewhere", scene: "elsewhere", hash: "" },
];

export { click };
