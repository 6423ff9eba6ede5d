/**
 * The wire contract: the rows, the commands with their parameters and results, the events.
 * Made by `python -m chatrooms.docs.typescript > static/js/wire.d.ts`: change the commands, not this file.
 */

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

/** What helps to mend it; other keys depend on the refusal. */
export interface Details {
  field?: string;
  retry_after?: number;
  [other: string]: any;
}

/** What the server takes at most. */
export interface Limits {
  text: number;
}

/** A room with the number of its members. */
export interface Listing {
  name: string;
  title: string;
  topic: string;
  access: "open" | "private" | "conversation" | "personal";
  created_by: string;
  created_at: string;
  archived: boolean;
  rev: number;
  posted: number;
  members: number;
}

/** That somebody belongs to a room, or (`gone`) no longer does. */
export interface Member {
  room: string;
  username: string;
  role: "owner" | "moderator" | "member";
  since: string;
  gone: boolean;
  rev: number;
}

/** A membership as its person sees it: a `closed` conversation is off their list until its next message. */
export interface Membership {
  room: string;
  username: string;
  role: "owner" | "moderator" | "member";
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
}

/** How far somebody has read a room. */
export interface Read {
  username: string;
  room: string;
  seq: number;
  number: number;
  rev: number;
}

/** A durable room. */
export interface Room {
  name: string;
  title: string;
  topic: string;
  access: "open" | "private" | "conversation" | "personal";
  created_by: string;
  created_at: string;
  archived: boolean;
  rev: number;
  posted: number;
}

/** The server that one is connected to. */
export interface ServerInfo {
  version: string;
  name: string;
}

/** A browser or program that can act for the caller. */
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

/** A person's profile; `name` is what others see, empty if it is the username. */
export interface User {
  username: string;
  name: string;
  about: string;
  created_at: string;
  rev: number;
}

/** Sent once, right after a socket is connected. */
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
  /** A page of what was said in a room, at most 100 messages. */
  history: {
    params: { room: string; before?: number | null; after?: number | null; around?: number | null; limit?: number };
    result: { messages: Message[]; more: boolean; more_before: boolean; more_after: boolean };
  };
  /** Take a message away; a tombstone keeps its place. */
  "message.delete": {
    params: { id: string };
    result: { message: Message };
  };
  /** Change one's own message. */
  "message.edit": {
    params: { id: string; text: string };
    result: { message: Message };
  };
  /** Say something in a room, or to a person by their username. */
  "message.post": {
    params: { room: string; text: string; id?: string | null; reply_to?: string | null };
    result: { message: Message };
  };
  /** Who of these is here now. */
  "presence.watch": {
    params: { usernames: string[] };
    result: { states: Record<string, "online" | "offline"> };
  };
  /** Say that a room was read up to a message. */
  "read.mark": {
    params: { room: string; seq: number };
    result: { read: Read };
  };
  /** Close a room for good: its members can read it, nobody can post. */
  "room.archive": {
    params: { room: string };
    result: { room: Room };
  };
  /** Take a conversation off your list, on all your devices, until its next message. */
  "room.close": {
    params: { room: string };
    result: { membership: Membership };
  };
  /** Make a shared room and be its owner. */
  "room.create": {
    params: { name: string; title?: string; topic?: string; access?: "open" | "private" };
    result: { room: Room };
  };
  /** Make somebody a member; the room appears on all their tabs at once. */
  "room.invite": {
    params: { room: string; username: string };
    result: { member: Member };
  };
  /** Enter an open room. */
  "room.join": {
    params: { room: string };
    result: { member: Member };
  };
  /** Leave a room. */
  "room.leave": {
    params: { room: string };
    result: { member: Member };
  };
  /** The open rooms that one could join, largest first, 200 at most. */
  "room.list": {
    params: { query?: string };
    result: { rooms: Listing[] };
  };
  /** Who belongs to a room, by username, a hundred at a time. */
  "room.members": {
    params: { room: string; query?: string; after?: string };
    result: { members: Member[]; more: boolean };
  };
  /** End somebody's membership; all their tabs fall silent at once. */
  "room.remove": {
    params: { room: string; username: string };
    result: { member: Member };
  };
  /** Change a room's title, topic or access. */
  "room.update": {
    params: { room: string; title?: string | null; topic?: string | null; access?: "open" | "private" | null };
    result: { room: Room };
  };
  /** Where the caller is joined. */
  "session.list": {
    params: {};
    result: { sessions: Session[] };
  };
  /** End one of the caller's sessions. */
  "session.revoke": {
    params: { id: string };
    result: {};
  };
  /** Pass something on, live, to a room that one belongs to or to a person one shares a room with. */
  signal: {
    params: { to: string; type: string; data?: any };
    result: {};
  };
  /** Return what changed since these revs in your own room and the rooms you belong to, a page of rooms at a time. */
  sync: {
    params: { revs?: Record<string, number>; after?: string | null; until?: string | null; open?: string[] };
    result: { changes: Change[]; reset: string[]; more: boolean; until: string | null };
  };
  /** Tell a room that one is writing. */
  typing: {
    params: { room: string };
    result: {};
  };
  /** Somebody's profile. */
  "user.get": {
    params: { username: string };
    result: { user: User };
  };
  /** The people here, by username, a hundred at a time. */
  "user.list": {
    params: { query?: string; after?: string; usernames?: string[] | null };
    result: { users: User[]; more: boolean };
  };
  /** One's own profile. */
  "user.me": {
    params: {};
    result: { user: User };
  };
  /** Change one's own profile. */
  "user.update": {
    params: { name?: string | null; about?: string | null };
    result: { user: User };
  };
}

export type Role = Member["role"];
export type Tables = Omit<Change, "room" | "rev">;

/** A refusal; the client adds codes of its own, such as `offline`. */
export type WireError = { code: ErrorCode | (string & {}); message: string; details?: Details };
export type Answer<R> = { ok: true; result: R } | { ok: false; error: WireError };

export type CommandName = keyof Commands;
export type Params<C extends CommandName> = Commands[C]["params"];
export type Result<C extends CommandName> = Commands[C]["result"];
