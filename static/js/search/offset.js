/** Minutes by which our time is ahead of UTC on the first day that a query names, or else now. @param {string} query */
export function offsetOf(query) {
  const [, year, month, day = "1"] = query.match(/\b((?:19|20)\d{2})-(\d{2})(?:-(\d{2}))?\b/u) ?? [];
  const moment = year ? new Date(Number(year), Number(month) - 1, Number(day)) : new Date();
  return Math.round(-moment.getTimezoneOffset());
}
