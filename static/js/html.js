import htm from "htm";
import { h } from "preact";

/** Views as template literals, without a build step. */
export const html = /** @type {(strings: TemplateStringsArray, ...values: any[]) => import("preact").VNode<any>} */ (
  htm.bind(h)
);
