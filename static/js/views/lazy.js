/** The views that are not needed at first, which are loaded together. */

export { Completion } from "./completion.js";
export { DeleteMessage } from "./delete-message.js";
export { EmojiPicker } from "./emoji-picker.js";
export { Members } from "./members.js";
export { Mentions } from "./mentions.js";
export { MessageEditor } from "./message-editor.js";
export { Tools } from "./message-tools.js";
export { NotHere } from "./not-here.js";
export { Overlays } from "./overlays.js";
