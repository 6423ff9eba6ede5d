/** Where a result leads: a message in a thread, to the message above it. @param {{room: string, seq: number}} message */
export function placeOf({ room, seq }) {
  const [base, above] = room.split("/");
  return { room: base, seq: above ? Number(above) : seq, isInThread: Boolean(above) };
}
