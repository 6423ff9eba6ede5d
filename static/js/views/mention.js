import { h } from "preact";
import { mentionClass, readAs } from "../messages/named.js";
import { showGroup, showPerson } from "../overlay.js";
import { isOpenRoom } from "../rooms/open.js";
import { addressOf } from "../route.js";
import { memberships } from "../store.js";
import { useProfile } from "../users.js";

/** @import {Naming} from "../messages/named.js" */

/** @param {Naming} props */
const Group = ({ name, written }) =>
  h("button", { class: "mention", type: "button", title: "Group", onClick: () => showGroup(name) }, `@${written}`);

/** @param {Naming} props */
function Mention(props) {
  const { name } = props;
  useProfile(name);
  const title = `Profile of @${name}`;
  return h(
    "button",
    { class: mentionClass(name), type: "button", title, onClick: () => showPerson(name) },
    readAs(props),
  );
}

/** @param {Naming} props */
const RoomLink = ({ name, written }) => h("a", { href: addressOf(`#${name}`) }, `#${written}`);

/** @param {string} room */
const isRoom = (room) => memberships.value.has(room) || isOpenRoom(room);

/** What mentions, groups and names of rooms lead to in the page. */
export const views = { Mention, Group, RoomLink, isRoom };
