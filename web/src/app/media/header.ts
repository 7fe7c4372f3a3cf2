/**
 * What a picture says of itself in its first bytes: its kind, and how large it is when unpacked.
 *
 * A file of a few kilobytes can unpack to gigabytes, so this is read before a decoder sees the file. A kind that is
 * not known here is no picture: a page or a script that ends in .jpg is none either.
 */

export interface Measured {
  readonly type:
    "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/avif" | "image/heic" | "image/bmp";
  readonly width: number;
  readonly height: number;
}

/** Gives `length` bytes at a place, fewer at the end of the file. */
type Look = (at: number, length: number) => Promise<DataView>;

const SEGMENTS_MAX = 400; // of a JPEG before its size is said: profiles and previews of the largest cameras take 100
const BOXES_MAX = 400;
const BOXES_BYTES_MAX = 1 << 20;

/** What `picture` is, or null for what is no picture or does not say how large it is. */
export async function measure(picture: Blob): Promise<Measured | null> {
  const look: Look = async (at, length) => new DataView(await picture.slice(at, at + length).arrayBuffer());
  const head = await look(0, 32);
  if (head.byteLength < 26) return null;
  const found =
    (await jpeg(head, look)) ??
    png(head) ??
    gif(head) ??
    webp(head) ??
    (await boxes(head, look)) ??
    bmp(head);
  return found && found.width > 0 && found.height > 0 ? found : null;
}

/** Segments, each with its length, up to the one that begins the picture. */
async function jpeg(head: DataView, look: Look): Promise<Measured | null> {
  if (head.getUint16(0) !== 0xffd8) return null;
  let at = 2;
  for (let count = 0; count < SEGMENTS_MAX; count++) {
    const segment = await look(at, 9);
    if (segment.byteLength < 9 || segment.getUint8(0) !== 0xff) return null;
    const marker = segment.getUint8(1);
    if (marker === 0xff) {
      at += 1; // fill bytes may stand before a marker
    } else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { type: "image/jpeg", width: segment.getUint16(7), height: segment.getUint16(5) };
    } else if (marker === 0xd9 || marker === 0xda) {
      return null;
    } else {
      at += 2 + segment.getUint16(2);
    }
  }
  return null;
}

function png(head: DataView): Measured | null {
  if (head.getUint32(0) !== 0x89504e47 || head.getUint32(4) !== 0x0d0a1a0a || text(head, 12) !== "IHDR")
    return null;
  return { type: "image/png", width: head.getUint32(16), height: head.getUint32(20) };
}

function gif(head: DataView): Measured | null {
  if (text(head, 0) !== "GIF8") return null;
  return { type: "image/gif", width: head.getUint16(6, true), height: head.getUint16(8, true) };
}

function webp(head: DataView): Measured | null {
  if (text(head, 0) !== "RIFF" || text(head, 8) !== "WEBP" || head.byteLength < 30) return null;
  const size = (width: number, height: number): Measured => ({ type: "image/webp", width, height });
  switch (text(head, 12)) {
    case "VP8 ":
      return size(head.getUint16(26, true) & 0x3fff, head.getUint16(28, true) & 0x3fff);
    case "VP8L": {
      const bits = head.getUint32(21, true);
      return size((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
    }
    case "VP8X":
      return size((head.getUint32(24, true) & 0xffffff) + 1, (head.getUint32(26, true) >>> 8) + 1);
    default:
      return null;
  }
}

/** AVIF and HEIC: boxes in boxes. Of all sizes that are said anywhere the largest counts. */
async function boxes(head: DataView, look: Look): Promise<Measured | null> {
  if (text(head, 4) !== "ftyp") return null;
  const brand = text(head, 8);
  const type = brand.startsWith("avi") ? "image/avif" : "image/heic";
  if (!/^(avi[fs]|hei[cfsx]|hev[cx]|mif1|msf1)$/.test(brand)) return null;
  const data = await look(0, BOXES_BYTES_MAX);
  let [width, height, left] = [0, 0, BOXES_MAX];
  const walk = (from: number, end: number): void => {
    for (let at = from; at + 8 <= end && left-- > 0;) {
      const length = data.getUint32(at);
      const kind = text(data, at + 4);
      const stop = length === 0 ? end : Math.min(end, at + length);
      if (length > 0 && length < 8) return;
      if (kind === "meta") walk(at + 12, stop);
      else if (kind === "iprp" || kind === "ipco") walk(at + 8, stop);
      else if (kind === "ispe" && at + 20 <= stop) {
        width = Math.max(width, data.getUint32(at + 12));
        height = Math.max(height, data.getUint32(at + 16));
      }
      at = stop;
    }
  };
  walk(0, data.byteLength);
  return { type, width, height };
}

function bmp(head: DataView): Measured | null {
  if (head.getUint16(0) !== 0x424d || head.getUint32(14, true) < 40) return null;
  return { type: "image/bmp", width: head.getInt32(18, true), height: Math.abs(head.getInt32(22, true)) };
}

function text(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((n) => view.getUint8(at + n)));
}
