/** The chat for pages of your own (see docs/widget.md). A wheel has a bundle in its place. */

import "./embed/libraries.js";

export const { connect, Refusal } = await import("./embed/client.js");
