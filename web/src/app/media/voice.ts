/** A voice, recorded here. */

export interface Recording {
  /** End it and have it as a file of that name. */
  stop(name: string): Promise<File>;
  /** End it and forget it. */
  drop(): void;
}

const TYPES = ["audio/webm;codecs=opus", "audio/ogg;codecs=opus", "audio/mp4"];
const ENDINGS: Readonly<Record<string, string>> = {
  "audio/webm": "webm",
  "audio/ogg": "ogg",
  "audio/mp4": "m4a",
};
const BITS_PER_SECOND = 48_000;

/** Begin; rejects where there is no microphone or it is not allowed. */
export async function record(): Promise<Recording> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(stream, {
    audioBitsPerSecond: BITS_PER_SECOND,
    ...(type ? { mimeType: type } : {}),
  });
  const pieces: Blob[] = [];
  recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
  const ended = new Promise<void>((resolve) => recorder.addEventListener("stop", () => resolve()));
  const end = (): void => {
    if (recorder.state !== "inactive") recorder.stop();
    stream.getTracks().forEach((track) => track.stop());
  };
  recorder.start();
  return {
    async stop(name) {
      end();
      await ended;
      const plain = recorder.mimeType.split(";")[0] ?? "audio/webm";
      return new File(pieces, `${name}.${ENDINGS[plain] ?? "webm"}`, { type: plain });
    },
    drop: end,
  };
}
