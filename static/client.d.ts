/** The chat for pages of your own: `import { connect } from "/chat/client.js"`. See docs/widget.md. */

/** A message, or an event in a room such as that somebody joined. Ignore the fields that you do not know. */
export interface Message {
  id: string;
  /** `#support`, a conversation such as `alice+bob`, or a thread such as `#support/42`. */
  room: string;
  /** Orders the messages of a room. */
  seq: number;
  /** Counts the messages of a room; null for events. */
  number: number | null;
  /** The username of its author; `system` is the application. */
  author: string;
  kind: string;
  /** In Markdown; null if it was deleted. */
  text: string | null;
  /** What your application has added. */
  data: Record<string, any> | null;
  /** ISO 8601, in UTC. */
  at: string;
  edited_at: string | null;
  deleted: boolean;
  reply_to: string | null;
}

/** A live signal, which is never stored. */
export interface Signal {
  room: string;
  from: string;
  type: string;
  data: any;
}

/** What the server has refused, and why. */
export class Refusal extends Error {
  /** Such as `unauthorized`, `not_a_member`, `rate_limited`; `closed` if the connection was closed meanwhile. */
  code: string;
  details: Record<string, any>;
}

export interface Options {
  /** The address of the chat; by default, where `client.js` came from. */
  url?: string | URL;
  /** A token, or a function that fetches a fresh one for each connection; without it, cookies say who is there. */
  token?: string | (() => string | Promise<string>);
  /** An address of the page's own site that returns a token as text, as `token-url` of the elements. */
  tokenUrl?: string | URL;
  /** Which of several people that this browser has a session of; needed only where people join by name. */
  username?: string;
}

/** A connection, which restores itself. The functions that take a listener return one that ends it. */
export interface Chat {
  /** Who is here. */
  readonly user: { username: string; name: string };
  /** Whether there is a connection at the moment. */
  readonly online: boolean;
  /** How many unread messages there are, in rooms that are not muted; 1000 stands for more than 999 in a room. */
  readonly unread: number;
  /** The names of the rooms and conversations on the person's list. */
  readonly rooms: string[];
  /** The unread messages of one room, or of the conversation with a person. */
  unreadIn(where: string): number;
  /**
   * Posts to a room such as `#support`, or to a person by username, and returns the stored message; rejects with a
   * `Refusal`. While there is no connection, it waits. What was not sent when the page closed is sent by the next one.
   */
  post(where: string, text: string): Promise<Message>;
  /** Returns up to 100 messages before a `seq`, or the newest, in order. */
  history(where: string, page?: { before?: number; limit?: number }): Promise<{ messages: Message[]; more: boolean }>;
  /** Marks all messages up to a `seq` as read; all that are known here without one. */
  markRead(where: string, seq?: number): Promise<void>;
  /** Runs any command, such as `room.join`; rejects with a `Refusal`, also while there is no connection. */
  run(command: string, params: Record<string, any>): Promise<any>;
  /**
   * Calls the listener with each new message, the person's own too: once, in the order of its room, also with those
   * that were posted while the connection was lost.
   */
  onMessage(listener: (message: Message) => void, filter?: { room?: string }): () => void;
  /** Calls the listener with `unread`, now and whenever it changes. */
  onUnread(listener: (unread: number) => void): () => void;
  /** Calls the listener with `online`, now and whenever it changes. */
  onOnline(listener: (online: boolean) => void): () => void;
  /** Calls the listener with each signal. */
  onSignal(listener: (signal: Signal) => void): () => void;
  /** Calls the listener once if the server ends the connection for good, with the reason. */
  onEnd(listener: (reason: string) => void): () => void;
  /** Ends all of this. The socket closes with the last one that the page has. */
  close(): void;
}

/**
 * Connects, and returns once everything is up to date. It waits while the server cannot be reached, and rejects with a
 * `Refusal` if it lets nobody in. A page has one connection: further calls with the same options share it.
 */
export function connect(options?: Options): Promise<Chat>;
