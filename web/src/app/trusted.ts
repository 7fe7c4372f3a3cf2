/** The one place where text becomes the address of a script: two of our own files, and nothing else ever. */

interface Policy {
  createScriptURL(text: string): unknown;
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL: (text: string) => string }): Policy;
}

const ALLOWED = /^\/(assets\/worker-[\w-]+\.js|service-worker\.js|src\/client\/worker\.ts(\?[\w=&]*)?)$/;

function checked(text: string): string {
  const url = new URL(text, location.href);
  if (url.origin !== location.origin || !ALLOWED.test(url.pathname))
    throw new TypeError("This is no script of ours.");
  return url.href;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy("twinbell", { createScriptURL: checked });

/** `text` as what `Worker` and `register` take; browsers without Trusted Types take the checked text. */
export function scriptUrl(text: string): string {
  // The types of the DOM library know only text here; a browser with Trusted Types wants its own object.
  return policy ? (policy.createScriptURL(text) as string) : checked(text);
}
