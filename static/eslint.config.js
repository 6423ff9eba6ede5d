import js from "@eslint/js";
import globals from "globals";

/** All rules of ESLint are on, but for these. `tsc` checks types, Prettier the layout. */
const SWITCHED = {
  camelcase: ["error", { properties: "never", ignoreDestructuring: true, allow: ["_(?:rev|at|after|before)$"] }], // the wire's names
  "capitalized-comments": "off", // a remark at the end of a line is no sentence
  "consistent-return": "off", // tsc: noImplicitReturns
  curly: ["error", "multi-line"], // what fits on one line needs no braces
  "func-style": "off", // an arrow for an expression, a function for statements
  "id-length": ["error", { exceptions: ["a", "b", "h", "_"] }], // to compare two values, and Preact's own name
  "init-declarations": "off", // tsc: a variable is used only after its assignment
  "max-lines": ["error", { max: 300 }],
  "max-lines-per-function": ["error", { max: 60 }], // a view's function holds its markup
  "max-params": ["error", { max: 5 }],
  "max-statements": ["error", { max: 20 }], // see max-lines-per-function
  "no-await-in-loop": "off", // loops wait where order matters, the only place where they do
  "no-empty-function": ["error", { allow: ["arrowFunctions"] }], // a failure that does not matter
  "no-inline-comments": "off", // JSDoc's casts are inline
  "no-magic-numbers": "off", // those with a meaning have a name
  "no-sequences": "off", // an event handler of two calls stays on one line
  "no-ternary": "off", // shorter than its alternatives; nested ones are an error
  "no-undefined": "off", // tsc: strict, so undefined is a value like others
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }], // what an interface requires
  "no-use-before-define": ["error", { classes: false, functions: false, variables: false }], // a file begins with its purpose
  "no-void": "off", // an arrow that returns nothing, a signal that is read to follow it
  "one-var": ["error", "never"],
  "prefer-named-capture-group": "off", // groups are destructured at once, which names them
  "require-atomic-updates": "off", // takes every signal for shared memory
  "sort-imports": ["error", { ignoreCase: true, ignoreDeclarationSort: true }], // by path, which the rule does not know
  "sort-keys": "off", // the order of keys has a meaning
};

const EMBED = ["embed/**", "client.js", "widget.js"];
const NODE = ["tests/**", "bundle.js", "eslint.config.js"];

export default [
  { ignores: ["vendor/", "bundled/"] },
  js.configs.all,
  { linterOptions: { reportUnusedDisableDirectives: "error" }, rules: SWITCHED },
  { files: ["js/**", ...EMBED], languageOptions: { globals: globals.browser } },
  { files: ["service-worker.js"], languageOptions: { globals: globals.serviceworker } },
  { files: NODE, languageOptions: { globals: globals.node } },
];
