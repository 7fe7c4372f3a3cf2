/**
 * The sixteen signs that can be engraved on a pendant, each as a line to draw.
 *
 * The line is an SVG path around (0, 0), within 500 either way, drawn with a round pen and not filled. The order is
 * part of docs/spec/picture.md: it may grow at the end of a new version only. The dots for terminals are Python's.
 */

/** One sign: by which name a catalogue knows it, how it is called in English, and how it is drawn. */
export interface Sign {
  readonly id: string;
  readonly words: string;
  readonly path: string;
}

export const SIGNS: readonly Sign[] = [
  {
    id: "crescent",
    words: "a crescent",
    path: "M160 -400A430 430 0 1 0 160 400A440 440 0 0 1 160 -400Z",
  },
  {
    id: "star",
    words: "a star",
    path: "M0 -460L112 -154L437 -142L181 59L270 372L0 190L-270 372L-181 59L-437 -142L-112 -154Z",
  },
  {
    id: "sun",
    words: "a sun",
    path:
      "M-190 0a190 190 0 1 0 380 0a190 190 0 1 0 -380 0M290 0L450 0M205 205L318 318M0 290L0 450" +
      "M-205 205L-318 318M-290 0L-450 0M-205 -205L-318 -318M0 -290L0 -450M205 -205L318 -318",
  },
  {
    id: "waves",
    words: "two waves",
    path:
      "M-450 -90C-330 -300 -150 -300 0 -130S330 40 450 -170M-450 210C-330 0 -150 0 0 170" +
      "S330 340 450 130",
  },
  {
    id: "leaf",
    words: "a leaf",
    path:
      "M0 330C-360 170 -350 -180 0 -460C350 -180 360 170 0 330ZM0 470L0 -240M0 200L-160 70M0 200L160 70" +
      "M0 20L-150 -110M0 20L150 -110",
  },
  {
    id: "key",
    words: "a key",
    path: "M-170 -270a170 170 0 1 0 340 0a170 170 0 1 0 -340 0M0 -100L0 450M0 250L170 250M0 420L210 420",
  },
  {
    id: "hourglass",
    words: "an hourglass",
    path:
      "M-280 -440L280 -440M-280 440L280 440M-220 -440C-220 -170 -30 -110 0 0C30 110 220 170 220 440" +
      "M220 -440C220 -170 30 -110 0 0C-30 110 -220 170 -220 440M-120 330L120 330",
  },
  {
    id: "arrow",
    words: "an arrow",
    path: "M0 450L0 -430M-230 -190L0 -450L230 -190M-150 450L0 300L150 450M-150 310L0 160L150 310",
  },
  {
    id: "flame",
    words: "a flame",
    path:
      "M40 -460C90 -250 310 -120 310 150C310 330 170 450 0 450C-170 450 -310 330 -310 150" +
      "C-310 0 -220 -80 -190 -210C-120 -150 -80 -80 -80 10C20 -110 50 -280 40 -460ZM0 450" +
      "C-110 380 -110 240 10 120C60 230 130 330 0 450",
  },
  {
    id: "mountain",
    words: "a mountain",
    path: "M-460 330L-120 -290L60 40L170 -130L460 330ZM-230 -90L-150 -20L-90 -80L-10 -90",
  },
  {
    id: "anchor",
    words: "an anchor",
    path:
      "M-95 -345a95 95 0 1 0 190 0a95 95 0 1 0 -190 0M0 -250L0 440M-200 -120L200 -120M-400 130" +
      "C-360 330 -190 430 0 440C190 430 360 330 400 130M-400 130L-440 270M400 130L440 270",
  },
  {
    id: "spiral",
    words: "a spiral",
    path:
      "M0 0A70 70 0 0 1 140 0A140 140 0 0 1 -140 0A210 210 0 0 1 280 0A280 280 0 0 1 -280 0" +
      "A350 350 0 0 1 420 0",
  },
  {
    id: "drop",
    words: "a drop",
    path:
      "M0 -450C120 -220 300 -30 300 150A300 300 0 0 1 -300 150C-300 -30 -120 -220 0 -450ZM-170 160" +
      "C-170 260 -100 320 -10 325",
  },
  {
    id: "swallow",
    words: "a swallow",
    path:
      "M-480 -190C-300 -260 -120 -210 -40 -90C-20 -170 20 -210 80 -200L150 -170L90 -120" +
      "C170 -90 320 -140 460 -40C310 -40 180 20 100 110L260 420L70 240L-60 430L-30 120" +
      "C-120 -40 -300 -130 -480 -190Z",
  },
  {
    id: "flower",
    words: "a flower",
    path:
      "M-90 0a90 90 0 1 0 180 0a90 90 0 1 0 -180 0M-62 -65C-260 -230 -170 -450 0 -450" +
      "C170 -450 260 -230 62 -65M43 -79C139 -318 375 -301 428 -139C480 22 299 176 81 39M88 20" +
      "C346 37 402 267 264 364C127 464 -75 340 -12 90M12 90C75 340 -127 464 -264 364" +
      "C-402 267 -346 37 -88 20M-81 39C-299 176 -480 22 -428 -139C-375 -301 -139 -318 -43 -79",
  },
  {
    id: "snowflake",
    words: "a snowflake",
    path:
      "M0 -450L0 450M-390 -225L390 225M-390 225L390 -225M-106 -366L0 -260L106 -366M-106 366L0 260" +
      "L106 366M264 -275L225 -130L370 -91M264 275L225 130L370 91M-264 -275L-225 -130L-370 -91M-264 275" +
      "L-225 130L-370 91",
  },
];
