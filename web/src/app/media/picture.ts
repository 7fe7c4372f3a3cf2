/**
 * Pictures drawn anew: what comes out holds pixels and nothing else, neither place nor date nor what a maker hid.
 *
 * What a file unpacks to is read from its first bytes, before a decoder sees it. The side up is kept: a browser turns
 * a picture as its camera was held, and then that is how the pixels lie.
 */
import { measure, type Measured } from "./header";

/** A picture that is larger when unpacked is not shown: a small file can hold a very large one. */
const PIXELS_MAX = 64_000_000; // 256 MB while it is drawn; phones make 50 million
const SIDE_MAX = 4096; // what a large print needs, and a canvas of every browser takes
const SHOWN_MAX = 2560;
const QUALITY = 0.9;
const CLEAR: readonly Measured["type"][] = ["image/png", "image/gif", "image/webp", "image/avif"];

/** Whether a file is a picture of a kind in which cameras write where they are. */
export async function isPhoto(file: Blob): Promise<boolean> {
  const said = await measure(file);
  return said !== null && said.type !== "image/gif" && said.type !== "image/bmp";
}

/** A picture that came from outside, fit to be shown. Rejects for what is no picture, or too large to unpack. */
export async function reencoded(picture: Blob): Promise<Blob> {
  const { bitmap, type } = await unpacked(picture);
  return await drawn(bitmap, CLEAR.includes(type) ? "image/png" : "image/jpeg", SHOWN_MAX);
}

/** A photo of one's own without place and date. What this browser can't read is refused rather than sent as it is. */
export async function cleaned(photo: File): Promise<File> {
  const { bitmap, type } = await unpacked(photo);
  const lossless = type === "image/png" || type === "image/gif";
  const clean = await drawn(bitmap, lossless ? "image/png" : "image/jpeg", SIDE_MAX);
  const name = photo.name.replace(/\.[^.]*$/, "") || "photo";
  return new File([clean], `${name}.${lossless ? "png" : "jpg"}`, { type: clean.type });
}

/** A picture unpacked, with the side up that belongs there. Rejects for one that is no picture or too large. */
export async function unpacked(picture: Blob): Promise<{ bitmap: ImageBitmap; type: Measured["type"] }> {
  const said = await measure(picture);
  if (!said) throw new TypeError("This is no picture.");
  if (isFlood(said)) throw tooLarge();
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  if (!isFlood(bitmap)) return { bitmap, type: said.type };
  bitmap.close(); // it has lied
  throw tooLarge();
}

function isFlood({ width, height }: { readonly width: number; readonly height: number }): boolean {
  return width * height > PIXELS_MAX;
}

function tooLarge(): RangeError {
  return new RangeError("This picture is too large to be unpacked.");
}

async function drawn(bitmap: ImageBitmap, type: "image/jpeg" | "image/png", sideMax: number): Promise<Blob> {
  const scale = Math.min(1, sideMax / Math.max(bitmap.width, bitmap.height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(bitmap.width * scale)),
    Math.max(1, Math.round(bitmap.height * scale)),
  );
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser can't draw pictures now.");
  if (type === "image/jpeg") {
    context.fillStyle = "#fff"; // what was clear would be black
    context.fillRect(0, 0, canvas.width, canvas.height);
  }
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return await canvas.convertToBlob({ type, quality: QUALITY });
}
