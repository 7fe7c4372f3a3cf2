/** How the pendant hangs: a damped pendulum, moved by a ring or a letter. Still with reduced motion. */

const STIFFNESS = 14;
const DAMPING = 1.1;

export class Sway {
  angle = $state(0);
  #speed = 0;
  #frame = 0;
  #lastMs = 0;
  #still = matchMedia("(prefers-reduced-motion: reduce)");

  /** Give it a push, in degrees a second. */
  push(speed: number): void {
    if (this.#still.matches) return;
    this.#speed += speed;
    this.#run();
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  #run(): void {
    if (this.#frame) return;
    this.#lastMs = performance.now();
    this.#frame = requestAnimationFrame((ms) => this.#step(ms));
  }

  #step(ms: number): void {
    const seconds = Math.min(0.04, Math.max(0.001, (ms - this.#lastMs) / 1000));
    this.#lastMs = ms;
    this.#speed += (-STIFFNESS * this.angle - DAMPING * this.#speed) * seconds;
    this.angle += this.#speed * seconds;
    const resting = Math.abs(this.#speed) < 0.02 && Math.abs(this.angle) < 0.02;
    if (resting) this.angle = 0;
    this.#frame = resting ? 0 : requestAnimationFrame((next) => this.#step(next));
  }
}
