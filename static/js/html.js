import htm from "htm";
import { h } from "preact";

/** JSX-like template literals, without a build step. */
export const html = /** @type {(strings: TemplateStringsArray, ...values: any[]) => import("preact").VNode<any>} */ (
  htm.bind(h)
);
