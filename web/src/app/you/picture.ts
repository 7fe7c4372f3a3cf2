/** The still picture of a bond as a file: the very bytes that every implementation draws, or drawn from them. */
import { HEIGHT, svg, WIDTH } from "../../core/bond/drawing";
import { features } from "../../core/bond/picture";

const PNG_WIDTH = 1600;

export async function pictureAs(kind: "svg" | "png", bits: Uint8Array, dark: boolean): Promise<Blob> {
  const drawn = new Blob([svg(features(bits), { dark })], { type: "image/svg+xml" });
  if (kind === "svg") return drawn;
  const address = URL.createObjectURL(drawn);
  try {
    const image = new Image(PNG_WIDTH, Math.round((PNG_WIDTH * HEIGHT) / WIDTH));
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d")?.drawImage(image, 0, 0, image.width, image.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("This picture could not be drawn."))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(address);
  }
}
