/**
 * Names for files that leave: what a letter calls its files is the writer's word.
 *
 * Such a name never leads elsewhere, never hides, never turns a line around. The rules are those of docs/spec/home.md,
 * “Files that leave”; Python's are in `client/saving.py`.
 */

const NAME_BYTES_MAX = 150; // with room for a number, below what any file system takes
const EXTENSION_BYTES_MAX = 16;
const DEVICES = /^(con|prn|aux|nul|(com|lpt)[0-9¹²³])?$/; // on Windows, whatever follows a dot

const encoder = new TextEncoder();

/** A file name that any system takes as the name of a plain file, as near to `name` as may be. */
export function safeName(name: string): string {
  let text = name
    .normalize("NFC")
    .replace(/[/\\:*?"<>|]/g, "_")
    // Controls, direction overrides, private use, halves of characters and odd blanks have no place in a name.
    .replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, "_");
  text = strip(text);
  if (DEVICES.test((text.split(".")[0] ?? "").trimEnd().toLowerCase())) text = `file_${text}`;
  if (text.startsWith("-")) text = `_${text}`; // some command would take it for an option
  const dot = text.lastIndexOf(".");
  const extension = dot < 0 ? "" : text.slice(dot + 1);
  const length = encoder.encode(extension).length;
  if (length > EXTENSION_BYTES_MAX) return stripEnd(shortened(text, NAME_BYTES_MAX));
  if (dot < 0) return stripEnd(shortened(text, NAME_BYTES_MAX - 1));
  return `${stripEnd(shortened(text.slice(0, dot), NAME_BYTES_MAX - length - 1))}.${extension}`;
}

/** Names for several files, each its own also where a system knows no case: photo.jpg, photo (2).jpg, … */
export function safeNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const safe = safeName(name);
    let chosen = safe;
    for (let number = 2; taken.has(folded(chosen)); number++) chosen = numbered(safe, number);
    taken.add(folded(chosen));
    return chosen;
  });
}

/** Save bytes as a file. What came from outside is saved as plain bytes, so that no browser opens it here. */
export function save(content: Blob, name: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = safeName(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

function numbered(name: string, number: number): string {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? `${name} (${number})` : `${name.slice(0, dot)} (${number}).${name.slice(dot + 1)}`;
}

/** As much of `text` as fits into so many bytes, in whole characters. */
function shortened(text: string, bytesMax: number): string {
  let length = 0;
  let kept = "";
  for (const character of text) {
    length += encoder.encode(character).length;
    if (length > bytesMax) break;
    kept += character;
  }
  return kept;
}

function strip(text: string): string {
  return stripEnd(text).replace(/^[ .]+/, "");
}

function stripEnd(text: string): string {
  return text.replace(/[ .]+$/, "");
}

function folded(name: string): string {
  return name.toLowerCase().normalize("NFC");
}
