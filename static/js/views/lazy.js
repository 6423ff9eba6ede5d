/** The views that are not needed at first, which are loaded together. */

export { AdminDoor } from "./admin-door.js";
export { AlsoToRoom } from "./also-to-room.js";
export { Asked, Ignored } from "./asked.js";
export { Bookmarks } from "./bookmarks.js";
export { Completion } from "./completion.js";
export { EmojiPicker } from "./emoji-picker.js";
export { Inbox } from "./inbox.js";
export { LongText } from "./long-text.js";
export { Members } from "./members.js";
export { MenuOpening } from "./menu-opening.js";
export { MessageEditor } from "./message-editor.js";
export { Thread, ThreadStart } from "./thread.js";
export { Threads } from "./threads.js";
export { Tools } from "./message-tools.js";
export { NoRoom } from "./no-room.js";
export { Nobody } from "./nobody.js";
export { NotHere } from "./not-here.js";
export { OtherFile } from "./other-file.js";
export { Overlays } from "./overlays.js";
export { Recorder } from "./recorder.js";
export { Replying } from "./replying.js";
export { Search } from "./search.js";
export { Tray } from "./tray.js";
export { Uncalled } from "./uncalled.js";
