import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Catchup, fitting } from "../js/catchup.js";
import { byBytes } from "../js/names.js";

const MINE = "alice";

/** A server with these rooms, `page` at a time, and a client that knows some of them. */
class Fake {
  /** @type {{rooms: string[], after: string, until: string | null, open: string[]}[]} */
  asked = [];
  /** @type {Set<string>} */
  listed = new Set();
  isListKnown = false;

  constructor({ rooms, known = [], page = Infinity, failures = [] }) {
    Object.assign(this, { rooms: rooms.toSorted(byBytes), known: new Set([MINE, ...known]), page, failures });
    this.catchup = new Catchup({
      mine: () => MINE,
      known: () => this.known,
      missing: () => [...this.listed].filter((room) => !this.known.has(room)),
      ask: (asked, where) => this.ask(asked, where),
      listKnown: () => (this.isListKnown = true),
      isPassing: (error) => Promise.resolve(error.message === "temporary"),
    });
  }

  async ask(rooms, where) {
    await Promise.resolve();
    const failure = this.failures.shift();
    if (failure) throw new Error(failure);
    this.asked.push({ rooms, ...where });
    for (const room of this.rooms) this.listed.add(room);
    const due = this.rooms.filter(
      (room) => byBytes(room, where.after) > 0 && (where.until === null || byBytes(room, where.until) <= 0),
    );
    const sent = due.slice(0, this.page);
    for (const room of [...sent, ...where.open.filter((name) => this.rooms.includes(name))]) this.known.add(room);
    const more = sent.length < due.length;
    return { until: more ? sent.at(-1) : where.until, more };
  }
}

const room = fc.stringMatching(/^#[a-zß漢\u{ff41}\u{1d7d8}]{1,4}$/u);
const rooms = fc.uniqueArray(room, { maxLength: 30 });

test("all rooms come, in pages that leave no gap", async () => {
  await fc.assert(
    fc.asyncProperty(rooms, rooms, fc.integer({ min: 1, max: 7 }), async (there, known, page) => {
      const server = new Fake({ rooms: there, known, page });
      await server.catchup.all(there[0] ?? "");
      assert.ok(there.every((name) => server.known.has(name)) && server.isListKnown);
      assert.deepEqual(server.asked[0].rooms.slice(0, there.length ? 2 : 1), [MINE, ...there.slice(0, 1)]);
      for (const [index, { after }] of server.asked.entries()) {
        if (index) assert.ok(byBytes(after, server.asked[index - 1].after) > 0);
      }
    }),
  );
});

test("one room comes with ours, and those that it lists", async () => {
  const server = new Fake({ rooms: ["#lobby", "#staff"], known: ["#lobby"] });
  await server.catchup.one("#lobby");
  assert.deepEqual(
    server.asked.map(({ rooms: names }) => names),
    [
      [MINE, "#lobby"],
      [MINE, "#staff"],
    ],
  );
});

test("a listed room that does not come is asked for once", async () => {
  const server = new Fake({ rooms: [] });
  server.listed.add("#gone");
  await server.catchup.all("");
  assert.equal(server.asked.filter(({ open }) => open.includes("#gone")).length, 1);
});

test("after a temporary failure everything is fetched again, after another one nothing", async () => {
  const passing = new Fake({ rooms: ["#lobby"], failures: ["temporary", "temporary"] });
  await passing.catchup.one("#lobby");
  assert.equal(passing.asked[0].until, null);
  const lasting = new Fake({ rooms: ["#lobby"], failures: ["lasting"] });
  await lasting.catchup.all("");
  assert.deepEqual(lasting.asked, []);
  await lasting.catchup.all("");
  assert.ok(lasting.known.has("#lobby"));
});

test("what is asked for meanwhile comes in a further round", async () => {
  const server = new Fake({ rooms: ["#lobby"], known: ["#lobby"] });
  const running = server.catchup.one("#lobby");
  assert.equal(server.catchup.all("#lobby"), running);
  assert.ok(server.catchup.isRunning);
  await running;
  assert.deepEqual(
    server.asked.map(({ until }) => until),
    ["", null],
  );
});

test("what becomes due while the last connection fails, or in the moment of the end, is fetched", async () => {
  const server = new Fake({ rooms: ["#lobby"], failures: ["lasting"] });
  const failing = server.catchup.all("");
  server.catchup.all("#lobby");
  await failing;
  assert.ok(server.known.has("#lobby"));
  for (let ticks = 0; ticks < 20; ticks += 1) {
    const running = server.catchup.one("#lobby");
    const before = server.asked.length;
    for (let tick = 0; tick < ticks; tick += 1) await null;
    server.rooms = [`#room${ticks}`];
    await Promise.all([running, server.catchup.one(`#room${ticks}`)]);
    assert.ok(server.known.has(`#room${ticks}`), `after ${ticks} ticks and ${server.asked.length - before} requests`);
  }
});

test("as many names as fit are asked for, and never none", () => {
  fc.assert(
    fc.property(rooms, fc.nat(400), (names, size) => {
      const count = fitting(names, size);
      const bytes = names.slice(0, count).reduce((sum, name) => sum + Buffer.byteLength(name), 0);
      assert.ok(bytes <= size || count <= 1);
      assert.equal(count > 0, names.length > 0);
    }),
  );
});
