/** Something that a person asked for: that it is under way, and what came in its way. */
import { tell, type Told } from "../problem";

export class Doing {
  working = $state(false);
  problem = $state.raw<Told | null>(null);

  /** Resolves with whether it was done. `kept`: what was asked for is safe here and goes later by itself. */
  async run(work: () => Promise<unknown>, { kept = false } = {}): Promise<boolean> {
    this.working = true;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (reason) {
      this.problem = tell(reason, { kept });
      return false;
    } finally {
      this.working = false;
    }
  }
}
