/** What is said of files: their sizes and kinds. */

const UNITS = ["B", "kB", "MB", "GB"];
const STEP = 1000;
const TENTHS_BELOW = 10;

/** @param {number} bytes @returns {string} such as "2.4 MB" */
export function sizeInWords(bytes) {
  let value = bytes;
  let unit = 0;
  for (; value >= STEP - 0.5 && unit < UNITS.length - 1; unit += 1) value /= STEP;
  const digits = unit && value < TENTHS_BELOW ? 1 : 0;
  return `${value.toLocaleString(undefined, { maximumFractionDigits: digits })} ${UNITS[unit]}`;
}

/** What the end of a name says, such as "PDF"; "File" if nothing. @param {string} name */
export const kindOf = (name) => /\.([a-z0-9]{1,8})$/iu.exec(name)?.[1].toUpperCase() ?? "File";

/** Whether a file is played as a voice message. @param {{type: string, duration?: number | null}} file */
export const isVoice = ({ type, duration }) => type.startsWith("audio/") && Boolean(duration);
