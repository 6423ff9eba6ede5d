// The peer on Node: Socket.IO as its tutorials write a chat, storing nothing. The private message goes to the
// recipient and to the sender's other tabs, as in https://socket.io/get-started/private-messaging-part-3/
import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http);
const numbers = new Map();

function numbered(room) {
  const number = (numbers.get(room) ?? 0) + 1;
  numbers.set(room, number);
  return number;
}

io.on("connection", (socket) => {
  const { username } = socket.handshake.auth;
  socket.join(["#lobby", username]);
  socket.on("post", ({ room, text }, acknowledge) => {
    const message = { room, number: numbered(room), author: username, text };
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
