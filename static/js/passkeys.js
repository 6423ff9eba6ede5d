import { asRefusal, Refusal, run } from "./connection.js";
import { ask } from "./requests.js";
import { signInByPasskey } from "./session.js";

/** Passkeys: made and used by the browser, which asks the person for a fingerprint, a face or a screen lock. */

const { hostname, origin } = location;

/** Whether the browser offers passkeys on this page: it does on https, and for a name, not for an address. */
export const hasPasskeys =
  Boolean(globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON) && !/^[\d.]+$|^\[/u.test(hostname);

const NONE = "No passkey was used. Try again, or sign in another way.";
const NOT_MADE = "No passkey was made. Try again, or choose another device.";
const HERE_ALREADY = "This device has a passkey of yours already.";

/**
 * Has a passkey made on this device, or on one that the person chooses, and adds it.
 * @param {string} name What to call it.
 * @param {{password?: string}} proof Your password, if you have one.
 */
export async function addPasskey(name, proof) {
  const { options } = await run("passkey.begin", { origin, ...proof });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(/** @type {any} */ (options));
  const credential = await navigator.credentials.create({ publicKey }).catch((error) => {
    throw refusal(error.name === "InvalidStateError" ? HERE_ALREADY : NOT_MADE);
  });
  await run("passkey.add", { credential: answerOf(credential), name });
}

/** Whether the browser can offer passkeys among the names that it fills in. */
const fillsIn = async () => Boolean(await PublicKeyCredential.isConditionalMediationAvailable?.());

/**
 * Offers the passkeys of this device among the names that the browser fills in, until the person takes one or `signal`
 * ends it. Throws a Refusal if the server has none for this page.
 * @param {AbortSignal} signal
 */
export async function offerPasskeys(signal) {
  const { options } = await ask("passkey.challenge", { origin });
  if (!(await fillsIn()) || signal.aborted) return;
  const credential = await get(options, { mediation: "conditional", signal }).catch(() => null);
  if (credential && !signal.aborted) await signInByPasskey(answerOf(credential));
}

/** Asks for a passkey at once, and signs in by it. */
export async function usePasskey() {
  const { options } = await ask("passkey.challenge", { origin });
  const credential = await get(options, {}).catch(() => {
    throw refusal(NONE);
  });
  await signInByPasskey(answerOf(credential));
}

/** @param {Record<string, any>} options @param {CredentialRequestOptions} how */
const get = (options, how) =>
  navigator.credentials.get({
    publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(/** @type {any} */ (options)),
    ...how,
  });

/** @param {Credential | null} credential @returns {Record<string, any>} */
function answerOf(credential) {
  if (!(credential instanceof PublicKeyCredential)) throw refusal(NONE);
  return credential.toJSON();
}

/** @param {string} message */
const refusal = (message) => new Refusal({ code: "no_passkey", message });

/** @param {unknown} error Whether the server has no passkeys for this page, whatever the browser offers. */
export const isUnknownHere = (error) => asRefusal(error).code === "forbidden";
