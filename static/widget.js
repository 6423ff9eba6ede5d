/** The elements `chat-room`, `chat-with` and `chat-unread` (see docs/widget.md). A wheel has a bundle in its place. */

import "./embed/libraries.js";

await import("./embed/widget.js");
