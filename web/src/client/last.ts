/**
 * Last letters of this home: written, held back until the watch is armed, sealed again behind each new gate.
 *
 * A row in `last` stands before the letter's own, so that no last letter goes without the relay's part of its key.
 * Before the first arming there are no guardians' shares: such a letter waits here, sealed to its writer alone in
 * effect, and goes once the watch is armed. The keys that open a last letter are kept (`letterKey`), since its
 * writer's devices have to open it to seal it again.
 */

export {};
