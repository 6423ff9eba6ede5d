// The peers on Node: Socket.IO as its tutorials write a chat, storing nothing, or, with the path of a database, each
// message in a commit of its own, as in https://socket.io/docs/v4/tutorial/step-7 with the fastest SQLite for Node. The
// private message goes to the recipient and to the sender's other tabs, as in
// https://socket.io/get-started/private-messaging-part-3/
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);
const numbers = new Map();
const [path] = process.argv.slice(2);
const store = path ? await database(path, Number(process.env.BENCH_STORED ?? 0)) : () => {};

async function database(path, stored) {
  const { default: Database } = await import("better-sqlite3");
  const db = new Database(path);
  db.pragma("journal_mode = WAL");
  db.exec(`CREATE TABLE messages (id INTEGER PRIMARY KEY AUTOINCREMENT, client_offset TEXT UNIQUE, room TEXT,
    author TEXT, content TEXT)`);
  db.prepare(`WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < @stored)
    INSERT INTO messages (client_offset, room, author, content)
    SELECT printf('%s-%d', 'before', n), 'u00000', 'u00001', printf('%-80s', 'message ' || n) FROM numbers WHERE @stored`)
    .run({ stored });
  db.pragma("synchronous = FULL");
  const insert = db.prepare("INSERT INTO messages (client_offset, room, author, content) VALUES (?, ?, ?, ?)");
  return (offset, { room, author, text }) => insert.run(offset, room, author, text);
}

function numbered(room) {
  const number = (numbers.get(room) ?? 0) + 1;
  numbers.set(room, number);
  return number;
}

io.on("connection", (socket) => {
  const { username } = socket.handshake.auth;
  socket.join(["#lobby", username]);
  let offset = 0;
  socket.on("post", ({ room, text }, acknowledge) => {
    const message = { room, number: numbered(room), author: username, text };
    store(`${socket.id}-${offset++}`, message);
    if (room === "#lobby") io.to(room).emit("message", message);
    else socket.to(room).to(username).emit("message", message);
    acknowledge({ ok: true });
  });
  socket.on("typing", ({ room }, acknowledge) => {
    socket.to(room).emit("typing", { room, username });
    acknowledge({ ok: true });
  });
});

http.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${http.address().port}`));
