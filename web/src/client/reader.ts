/**
 * What the reader of last letters has: the gates of each letter, what is at hand for them, what is missing.
 *
 *     silence     the relay's part, once the writer has been silent; kept here from then on
 *     guardians   shares that guardians released, or that were typed as they said them
 *     date        the round of the floor, from any source, as for any letter
 *
 * A letter opens by any one of its ways; nothing here opens by itself. The relay's part of a letter is fetched when its
 * reader opens that letter: until then its writer, come back, can still take it back.
 */

export {};
