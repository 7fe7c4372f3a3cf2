/** Files that a crash has left: half a letter that nobody sealed to its end, or one whose row was never written. */

import type { Home } from "./home";
import { announcedBy, fileName } from "./letters";

/** Remove the files that belong to no letter. Called when a home is opened, before anything is written. */
export async function tidy(home: Home): Promise<void> {
  const { files, vault } = home;
  const kept = new Set(vault.all("letter").map(({ id }) => fileName(id)));
  for (const { letter } of vault.all("coming")) {
    if (!letter) continue;
    const name = fileName(announcedBy(letter).letter.id);
    kept.add(name).add(`${name}.part`); // what has come of it goes on from there
  }
  for (const name of await files.names()) if (!kept.has(name)) await files.remove(name);
}
