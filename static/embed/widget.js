import { ChatElement } from "./element.js";
import { Badge } from "./views/badge.js";
import { Frame } from "./views/frame.js";

/** `<chat-room room="#support">`, `<chat-with user="bob">` and `<chat-unread>`, which share the page's connection. */

const VIEWS = { "chat-room": Frame, "chat-with": Frame, "chat-unread": Badge };

for (const [name, View] of Object.entries(VIEWS)) {
  const element = class extends ChatElement {
    static View = View;
  };
  if (!customElements.get(name)) customElements.define(name, element);
}
