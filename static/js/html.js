import htm from "htm";
import { h } from "preact";

/** @import {VNode} from "preact" */

/**
 * Whether a type is of elements or else of this; not if it is of all that can be shown, or not known.
 * @template T
 * @template Otherwise
 * @typedef {bigint extends T ? false : [Extract<T, VNode<any>>] extends [never] ? false : Otherwise extends T ? true : false} Or
 */

/**
 * A value of a template. `${number && html…}` is none: it shows 0. Nor is a component that returns `text && html…`, which
 * has no `hole`.
 * @template T
 * @typedef {[T] extends [(...given: any[]) => infer Shown]
 *   ? (true extends Or<Shown, ""> | Or<Shown, 0> ? never : T)
 *   : (true extends Or<T, 0> ? never : T)} Value
 */

/**
 * Nothing for an empty text: Preact would make a text node of it, and elements in its place later, which replaces the
 * elements next to it, with the focus and the caret in them. `${text && html…}` is often empty.
 * @param {any} child
 */
const hole = (child) => (child === "" ? null : child);

/** @param {any} type @param {any} props @param {any[]} children */
const element = (type, props, ...children) => h(type, props, ...children.map(hole));

/**
 * JSX-like template literals, without a build step.
 * @typedef {<Values extends unknown[]>(strings: TemplateStringsArray,
 *   ...values: {[I in keyof Values]: Value<Values[I]>}) => VNode<any>} Template
 */
export const html = /** @type {Template} */ (/** @type {unknown} */ (htm.bind(/** @type {any} */ (element))));
