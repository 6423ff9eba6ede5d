/**
 * What modules keep beside the rows of the store. Most of it follows from rows, and is forgotten with them: when the
 * person in the tab changes, and when the server was put back to an earlier state. What a person was doing, such as
 * choosing files, is forgotten when the person changes, and only then.
 */

/** @type {Set<() => void>} */
const withRows = new Set();
/** @type {Set<() => void>} */
const withPerson = new Set();

/** @param {() => void} forget */
export const forgetWithRows = (forget) => void withRows.add(forget);

/** @param {() => void} forget */
export const forgetWithPerson = (forget) => void withPerson.add(forget);

export const forgetBesideRows = () => withRows.forEach((forget) => forget());

export const forgetDoings = () => withPerson.forEach((forget) => forget());
