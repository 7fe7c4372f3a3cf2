/** A photo as a phone's camera writes it, with the place where it was taken. */

import type { Page } from "puppeteer-core";

export const PLACE = "GPS 48.8584N 2.2945E";

/** A red and a blue half, drawn by the browser, with the place in the file. */
export async function takePhoto(page: Page): Promise<Uint8Array> {
  const drawn = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(240, 160);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("This browser can't draw.");
    context.fillStyle = "#c00";
    context.fillRect(0, 0, 120, 160);
    context.fillStyle = "#00c";
    context.fillRect(120, 0, 120, 160);
    const photo = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    return [...new Uint8Array(await photo.arrayBuffer())];
  });
  const exif = Buffer.concat([
    Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0", "latin1"),
    Buffer.from(PLACE),
  ]);
  const segment = Buffer.from([0xff, 0xe1, (exif.length + 2) >> 8, (exif.length + 2) & 255]);
  return Buffer.concat([Buffer.from(drawn.slice(0, 2)), segment, exif, Buffer.from(drawn.slice(2))]);
}

/** The colours of the left and the right half of the first picture on a page. */
export async function halves(page: Page): Promise<string[]> {
  return await page.evaluate(async () => {
    const picture = document.querySelector("figure img");
    if (!(picture instanceof HTMLImageElement)) return [];
    await picture.decode();
    const look = new OffscreenCanvas(picture.naturalWidth, picture.naturalHeight).getContext("2d");
    if (!look) return [];
    look.drawImage(picture, 0, 0);
    const { naturalWidth, naturalHeight } = picture;
    const row = look.getImageData(0, Math.floor(naturalHeight / 2), naturalWidth, 1).data;
    return [0.25, 0.75].map((at) => {
      const [red = 0, , blue = 0] = row.slice(Math.floor(naturalWidth * at) * 4);
      return red > 150 && blue < 60 ? "red" : blue > 150 && red < 60 ? "blue" : "neither";
    });
  });
}
