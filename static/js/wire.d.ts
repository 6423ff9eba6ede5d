/** The wire contract as the browser sees it: the rows, the commands with their parameters and results, the events. */

export interface Message {
  id: string;
  room: string;
  seq: number;
  rev: number;
  number: number;
  author: string;
  at: string;
  text?: string | null;
  edited_at?: string | null;
  deleted?: boolean;
  reply_to?: string | null;
}

export type Role = "owner" | "moderator" | "member";

export interface Member {
  room: string;
  username: string;
  role: Role;
  since: string;
  rev: number;
  gone?: boolean;
}

export interface Room {
  name: string;
  title: string;
  topic: string;
  access: "open" | "private" | "conversation" | "personal";
  created_by?: string | null;
  created_at: string;
  archived?: boolean;
  rev: number;
  posted: number;
}

export interface Listing extends Room {
  members: number;
}

export interface Read {
  username: string;
  room: string;
  seq: number;
  number: number;
  rev: number;
}

export interface User {
  username: string;
  name: string;
  about: string;
  created_at: string;
  rev: number;
}

export interface Tables {
  messages?: Message[];
  members?: Member[];
  memberships?: Member[];
  rooms?: Room[];
  reads?: Read[];
  users?: User[];
}

export interface Change extends Tables {
  room: string;
  rev: number;
}

export interface Signal {
  room: string;
  from: string;
  type: string;
  data: { state?: "online" | "offline" } & Record<string, unknown>;
}

export interface Welcome {
  user: User;
  token?: string;
  server: { version: string; name: string };
  limits?: { text: number };
}

export interface WireError {
  code: string;
  message: string;
  details?: { field?: string; retry_after?: number } & Record<string, unknown>;
}

export type Answer<R> = { ok: true; result: R } | { ok: false; error: WireError };

export interface Page {
  messages: Message[];
  more: boolean;
  more_before?: boolean;
  more_after?: boolean;
}

type Command<P, R> = { params: P; result: R };

export interface Commands {
  "message.post": Command<{ room: string; text: string; id?: string; reply_to?: string }, { message: Message }>;
  "message.edit": Command<{ id: string; text: string }, { message: Message }>;
  "message.delete": Command<{ id: string }, { message: Message }>;
  history: Command<{ room: string; before?: number; after?: number; around?: number; limit?: number }, Page>;
  sync: Command<{ revs: Record<string, number> }, { changes: Change[]; reset: string[]; more: boolean }>;
  "room.create": Command<
    { name: string; title?: string; topic?: string; access?: "open" | "private" },
    { room: Room }
  >;
  "room.update": Command<
    { room: string; title?: string; topic?: string; access?: "open" | "private" },
    { room: Room }
  >;
  "room.archive": Command<{ room: string }, { room: Room }>;
  "room.list": Command<{ query?: string }, { rooms: Listing[] }>;
  "room.join": Command<{ room: string }, { member: Member }>;
  "room.leave": Command<{ room: string }, { member: Member }>;
  "room.invite": Command<{ room: string; username: string }, { member: Member }>;
  "room.remove": Command<{ room: string; username: string }, { member: Member }>;
  "room.members": Command<{ room: string; query?: string; after?: string }, { members: Member[]; more: boolean }>;
  "read.mark": Command<{ room: string; seq: number }, { read: Read }>;
  typing: Command<{ room: string }, {}>;
  "presence.watch": Command<{ usernames: string[] }, { states: Record<string, "online" | "offline"> }>;
  "user.me": Command<{}, { user: User }>;
  "user.get": Command<{ username: string }, { user: User }>;
  "user.update": Command<{ name?: string; about?: string }, { user: User }>;
  "user.list": Command<{ query?: string; after?: string }, { users: User[]; more: boolean }>;
}

export type CommandName = keyof Commands;
export type Params<C extends CommandName> = Commands[C]["params"];
export type Result<C extends CommandName> = Commands[C]["result"];
