/**
 * The wire contract: the rows, the commands with their parameters and results, the events.
 * Made by `python -m chatrooms.doors.docs`: change the declarations of the commands, not this file.
 */

/** Who can join a room: everybody (`open`) or invited people (`private`). */
export type Access = "open" | "private" | "conversation" | "personal";

/** What one commit changed in a room: the rows as they are now, by table. */
export interface Change {
  room: string;
  rev: number;
  rooms?: Room[];
  users?: User[];
  memberships?: Membership[];
  members?: Member[];
  reads?: Read[];
  messages?: Message[];
}

/** What helps to mend an error; other keys depend on its code. */
export interface Details {
  field?: string;
  retry_after?: number;
  [other: string]: any;
}

/** What the server accepts at most. */
export interface Limits {
  text: number;
}

/** A room with the number of its members. */
export interface Listing {
  name: string;
  title: string;
  topic: string;
  access: Access;
  created_by: string;
  created_at: string;
  archived: boolean;
  rev: number;
  posted: number;
  members: number;
}

/** A membership: somebody belongs to a room, or (`gone`) no longer does. */
export interface Member {
  room: string;
  username: string;
  role: Role;
  since: string;
  gone: boolean;
  rev: number;
}

/** A membership as its person sees it: a `closed` conversation is off their list until its next message. */
export interface Membership {
  room: string;
  username: string;
  role: Role;
  since: string;
  gone: boolean;
  rev: number;
  closed: boolean;
}

/** A message; a deleted one keeps its place but not its `text`. */
export interface Message {
  id: string;
  room: string;
  seq: number;
  rev: number;
  number: number;
  author: string;
  text: string | null;
  at: string;
  edited_at: string | null;
  deleted: boolean;
  reply_to: string | null;
  pinned_at: string | null;
}

/** How far somebody has read a room; there is one for each room that they belong to. */
export interface Read {
  username: string;
  room: string;
  seq: number;
  number: number;
  rev: number;
  uncounted: number | null;
  room_rev: number;
}

/** What a member may do in a room. */
export type Role = "owner" | "moderator" | "member";

/** A durable room. */
export interface Room {
  name: string;
  title: string;
  topic: string;
  access: Access;
  created_by: string;
  created_at: string;
  archived: boolean;
  rev: number;
  posted: number;
}

/** The server that you are connected to. */
export interface ServerInfo {
  version: string;
  name: string;
}

/** A browser or program that can act for you. */
export interface Session {
  id: string;
  agent: string;
  created_at: string;
  seen_at: string;
  current: boolean;
}

/** Something live that is never stored. */
export interface Signal {
  room: string;
  from: string;
  type: string;
  data: any;
}

/** A person's profile. */
export interface User {
  username: string;
  name: string;
  about: string;
  created_at: string;
  rev: number;
}

/** Sent once, right after a socket has connected. */
export interface Welcome {
  user: User;
  token?: string;
  server: ServerInfo;
  limits: Limits;
}

export type ErrorCode =
  | "invalid"
  | "unauthorized"
  | "forbidden"
  | "not_a_member"
  | "not_found"
  | "unknown_command"
  | "name_taken"
  | "conflict"
  | "archived"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "unavailable";

export interface Events {
  welcome: Welcome;
  change: Change;
  signal: Signal;
}

export interface Commands {
  /** Return a page of a room's messages, at most 100. */
  history: {
    params: { room: string; before?: number | null; after?: number | null; around?: number | null; limit?: number };
    result: { messages: Message[]; more: boolean; more_before: boolean; more_after: boolean };
  };
  /** Delete a message; a tombstone keeps its place. */
  "message.delete": {
    params: { id: string };
    result: { message: Message };
  };
  /** Change the text of your message. */
  "message.edit": {
    params: { id: string; text: string };
    result: { message: Message };
  };
  /** Pin a message to its room, at most 100 in each. */
  "message.pin": {
    params: { id: string };
    result: { message: Message };
  };
  /** Post a message in a room, or to a person by their username. */
  "message.post": {
    params: { room: string; text: string; id?: string | null; reply_to?: string | null };
    result: { message: Message };
  };
  /** Unpin a message. */
  "message.unpin": {
    params: { id: string };
    result: { message: Message };
  };
  /** Return which of these people are online. */
  "presence.watch": {
    params: { usernames: string[] };
    result: { states: Record<string, "online" | "offline"> };
  };
  /** Mark a room as read up to a message. */
  "read.mark": {
    params: { room: string; seq: number };
    result: { read: Read };
  };
  /** Archive a room for good: its members can read it, nobody can post. */
  "room.archive": {
    params: { room: string };
    result: { room: Room };
  };
  /** Take a conversation off your list, on all your devices, until its next message. */
  "room.close": {
    params: { room: string };
    result: { membership: Membership };
  };
  /** Create a shared room and own it. */
  "room.create": {
    params: { name: string; title?: string; topic?: string; access?: "open" | "private" };
    result: { room: Room };
  };
  /** Make somebody a member; the room appears on all their devices at once. */
  "room.invite": {
    params: { room: string; username: string };
    result: { member: Member };
  };
  /** Join an open room; a member stays one. */
  "room.join": {
    params: { room: string };
    result: { member: Member };
  };
  /** Leave a room. */
  "room.leave": {
    params: { room: string };
    result: { member: Member };
  };
  /** Return the open rooms that you could join, largest first, at most 200. */
  "room.list": {
    params: { query?: string };
    result: { rooms: Listing[] };
  };
  /** Return the members of a room by username, a hundred at a time. */
  "room.members": {
    params: { room: string; query?: string; after?: string };
    result: { members: Member[]; more: boolean };
  };
  /** Return the pinned messages of a room, the last pinned first. */
  "room.pins": {
    params: { room: string };
    result: { messages: Message[] };
  };
  /** End somebody's membership; their sockets stop receiving at once. */
  "room.remove": {
    params: { room: string; username: string };
    result: { member: Member };
  };
  /** Change a room's title, topic or access. */
  "room.update": {
    params: { room: string; title?: string | null; topic?: string | null; access?: "open" | "private" | null };
    result: { room: Room };
  };
  /** Return the browsers and programs that can act for you. */
  "session.list": {
    params: {};
    result: { sessions: Session[] };
  };
  /** End one of your sessions; its sockets are disconnected. */
  "session.revoke": {
    params: { id: string };
    result: {};
  };
  /** Send a signal, which is never stored, to a room that you belong to or a person you share a room with. */
  signal: {
    params: { to: string; type: string; data?: any };
    result: {};
  };
  /** Return what changed since these revs in your own room and the rooms you belong to, a page of rooms at a time. */
  sync: {
    params: { revs?: Record<string, number>; after?: string | null; until?: string | null; open?: string[] };
    result: { changes: Change[]; reads: Read[]; reset: string[]; more: boolean; until: string | null };
  };
  /** Show a room that you are typing. */
  typing: {
    params: { room: string };
    result: {};
  };
  /** Return somebody's profile. */
  "user.get": {
    params: { username: string };
    result: { user: User };
  };
  /** Return people by username, a hundred at a time. */
  "user.list": {
    params: { query?: string; after?: string; usernames?: string[] | null };
    result: { users: User[]; more: boolean };
  };
  /** Return your own profile. */
  "user.me": {
    params: {};
    result: { user: User };
  };
  /** Update your own profile. */
  "user.update": {
    params: { name?: string | null; about?: string | null };
    result: { user: User };
  };
}

export interface Entries {
  /** Join from a browser: sets the cookie that proves the name. */
  "session.join": {
    params: { username: string };
    result: { user: User };
  };
  /** End the browser's session of a name, and remove its cookie. */
  "session.leave": {
    params: { username: string };
    result: {};
  };
}

export type Tables = Omit<Change, "room" | "rev">;

/** A refusal; the client adds codes of its own, such as `offline`. */
export type WireError = { code: ErrorCode | (string & {}); message: string; details?: Details };
export type Answer<R> = { ok: true; result: R } | { ok: false; error: WireError };

export type CommandName = keyof Commands;
export type Params<C extends CommandName> = Commands[C]["params"];
export type Result<C extends CommandName> = Commands[C]["result"];

/** What the HTTP door serves: the commands, and those that run before it is known who you are. */
export type Requests = Commands & Entries;
