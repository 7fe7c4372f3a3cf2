/**
 * Last letters as they are sealed: for the first time, and again behind the gate of each new arming.
 *
 * What is kept of them, and what relay and guardians are told, is in `last`.
 */

export {};
