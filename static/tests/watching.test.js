import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Watching } from "../js/watching.js";

/** A server on which people come, go and change their names, and a page that shows some of them. */
class World {
  /** @type {Set<string>} */
  watched = new Set();
  names = new Map();
  online = new Set();
  /** What the page believes. */
  profiles = new Map();
  states = new Map();
  loads = 0;
  watching = new Watching({
    watch: async (usernames) => {
      this.watched = new Set(usernames);
      const states = usernames.map((name) => [name, this.#stateOf(name)]);
      await null;
      return Object.fromEntries(states);
    },
    load: async (usernames) => {
      this.loads += 1;
      const found = usernames.map((name) => [name, this.names.get(name)]);
      await null;
      for (const [name, row] of found) this.profiles.set(name, row);
    },
    show: (states) => (this.states = states),
  });

  #stateOf = (name) => (this.online.has(name) ? "online" : "offline");

  rename(name) {
    this.names.set(name, (this.names.get(name) ?? 0) + 1);
    if (this.watched.has(name)) this.profiles.set(name, this.names.get(name));
  }

  turn(name) {
    if (!this.online.delete(name)) this.online.add(name);
    if (this.watched.has(name)) this.watching.hear(name, this.#stateOf(name));
  }

  disconnect() {
    this.watched.clear();
    this.watching.lose();
  }

  isTrue(shown) {
    for (const name of shown) {
      assert.equal(this.profiles.get(name), this.names.get(name));
      assert.equal(this.states.get(name), this.#stateOf(name));
    }
  }
}

test("a profile that was kept is loaded again when the person is shown, and after each connection", async () => {
  const world = new World();
  world.profiles.set("carol", "old");
  world.names.set("carol", "Karla");
  world.watching.want(["carol"], ["carol"]);
  await world.watching.run();
  assert.equal(world.profiles.get("carol"), "Karla");
  await world.watching.run();
  assert.equal(world.loads, 1);
  world.disconnect();
  world.rename("carol");
  await world.watching.run();
  world.isTrue(["carol"]);
});

test("nothing is known of people who are watched no longer, and of nobody once the connection is lost", async () => {
  const world = new World();
  world.watching.want(["a", "b"], []);
  await world.watching.run();
  world.watching.want(["b"], []);
  await world.watching.run();
  world.watching.hear("a", "online");
  assert.deepEqual([...world.states], [["b", "offline"]]);
  assert.equal(world.loads, 0);
  world.disconnect();
  assert.deepEqual([...world.states], [["b", "offline"]]);
  world.watching.forget();
  assert.equal(world.states.size, 0);
});

test("profiles are loaded a hundred at a time", async () => {
  const world = new World();
  const all = Array.from({ length: 250 }, (_, index) => `person ${index}`);
  world.watching.want(all, all);
  await world.watching.run();
  assert.equal(world.loads, 3);
});

test("whatever happens meanwhile, what is shown in the end is true", async () => {
  const name = fc.constantFrom("a", "b", "c", "d");
  const step = fc.oneof(
    fc.record({ does: fc.constantFrom("rename", "turn"), name }),
    fc.record({ does: fc.constant("show"), names: fc.subarray(["a", "b", "c", "d"]) }),
    fc.record({ does: fc.constantFrom("disconnect", "wait") }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const world = new World();
      let shown = [];
      let running = Promise.resolve();
      for (const { does, name: of, names } of steps) {
        if (does === "show") world.watching.want((shown = names), names);
        else if (does === "wait") await null;
        else world[does](of);
        running = running.then(() => world.watching.run());
      }
      await running;
      world.isTrue(shown);
    }),
  );
});
