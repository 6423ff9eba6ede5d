import { asRefusal } from "../connection.js";
import { addressOf } from "./address.js";

/**
 * Sending the bytes of a file by tus, as `file.begin` said where to.
 * @import {Tus} from "tus"
 */

/** Some proxies limit the size of a request. */
const CHUNK = 50 * 1024 * 1024;
const RETRY_MS = [0, 1_000, 3_000, 6_000, 10_000];
const AGAIN = [0, 408, 409, 423, 429, 500, 502, 503, 504];

/**
 * Sends what the server does not have.
 * @param {File} file @param {string} upload
 * @param {{onProgress?: (sent: number) => void, onStart?: (tus: Tus) => void}} [about]
 * @returns {Promise<void>}
 */
export async function transfer(file, upload, { onProgress = () => {}, onStart } = {}) {
  const module = await import("tus");
  const { Upload } = module.default ?? globalThis.tus;
  return new Promise((resolve, reject) => {
    const tus = new Upload(file, {
      uploadUrl: new URL(addressOf({ url: upload }), document.baseURI).href,
      chunkSize: CHUNK,
      retryDelays: RETRY_MS,
      storeFingerprintForResuming: false,
      onShouldRetry: (error) => AGAIN.includes(statusOf(error)),
      onProgress,
      onSuccess: () => resolve(),
      onError: reject,
    });
    onStart?.(tus);
    tus.start();
  });
}

/** @param {any} error Of tus. @returns {number} */
export const statusOf = (error) => error?.originalResponse?.getStatus() ?? 0;

/** Whether the server has no such upload any more. @param {any} error Of a command or of tus. */
export const isGone = (error) => [404, 410].includes(statusOf(error));

/** Whether the server refuses the file as it is, so that trying again is of no use. @param {any} error Of a command or of tus. */
export const isFinal = (error) =>
  error?.originalRequest
    ? [400, 413, 415].includes(statusOf(error))
    : ["invalid", "too_large"].includes(asRefusal(error).code);

/** What to tell people. @param {any} error Of a command or of tus. @returns {string} */
export function problemOf(error) {
  if (!error?.originalRequest) return asRefusal(error).message;
  if (isGone(error)) return "The upload has expired.";
  try {
    return JSON.parse(error.originalResponse.getBody()).error.message;
  } catch {
    return statusOf(error) === 413 ? "A server on the way doesn't accept files of this size." : "The upload failed.";
  }
}
