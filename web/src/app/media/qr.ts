/**
 * Codes in pictures: read by the browser itself where it can, which spares the battery, else by our own decoder,
 * which is loaded only then.
 */

/** Look for a code; null where there is none. */
export type Look = (picture: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

const FORMAT = "qr_code";
const WIDTH = 640; // of the picture that our decoder sees: enough for a code held to a camera

export async function reader(): Promise<Look> {
  return (await ofBrowser()) ?? (await ofOurs());
}

async function ofBrowser(): Promise<Look | null> {
  const { BarcodeDetector } = globalThis as { BarcodeDetector?: DetectorClass };
  if (!BarcodeDetector) return null;
  let ours: Look | null = null;
  try {
    if (!(await BarcodeDetector.getSupportedFormats()).includes(FORMAT)) return null;
    const detector = new BarcodeDetector({ formats: [FORMAT] });
    return async (picture) => {
      try {
        return ours ? await ours(picture) : ((await detector.detect(picture))[0]?.rawValue ?? null);
      } catch {
        ours = await ofOurs(); // some have the name and no service behind it
        return null;
      }
    };
  } catch {
    return null;
  }
}

async function ofOurs(): Promise<Look> {
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return async (picture) => {
    if (!context) return null;
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * picture.videoHeight) / picture.videoWidth);
    context.drawImage(picture, 0, 0, canvas.width, canvas.height);
    try {
      return decode(context.getImageData(0, 0, canvas.width, canvas.height)) || null;
    } catch {
      return null; // there is no code in this picture; the next one may have it
    }
  };
}
