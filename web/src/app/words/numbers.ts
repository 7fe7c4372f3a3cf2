/** Small numbers as people write them: how many guardians, how many steps. */

const ENGLISH = ["none", "one", "two", "three", "four", "five", "six", "seven"];
const HITO = ["だれも", "一人", "二人", "三人", "四人", "五人", "六人", "七人"];
const MONO = ["なし", "一つ", "二つ", "三つ", "四つ", "五つ"];
const CHINESE = ["没有", "一", "两", "三", "四", "五", "六", "七"];

export const number = (count: number): string => ENGLISH[count] ?? String(count);
/** The same at the beginning of a sentence. */
export const Count = (count: number): string => number(count).replace(/^./, (letter) => letter.toUpperCase());

/** 人の数。 */
export const nin = (count: number): string => HITO[count] ?? `${count}人`;
/** 物の数。 */
export const tsu = (count: number): string => MONO[count] ?? `${count}つ`;

export const shu = (count: number): string => CHINESE[count] ?? String(count);
/** 人数。 */
export const wei = (count: number): string => `${shu(count)}位`;
