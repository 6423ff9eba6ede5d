import { useEffect, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";

/**
 * What was refused, and what takes an error, or null; being offline passes by itself.
 */
export function useRefusal() {
  const [refusal, setRefusal] = useState(/** @type {import("../connection.js").Refusal | null} */ (null));
  useEffect(() => {
    if (online.value) setRefusal((before) => (before?.code === "offline" ? null : before));
  }, [online.value]);
  /** @param {unknown} error */
  const refuse = (error) => setRefusal(error ? asRefusal(error) : null);
  return /** @type {const} */ ([refusal, refuse]);
}

/**
 * Submits a form once at a time, and returns a refusal with the field that it is about.
 * @param {() => Promise<unknown>} submit
 */
export function useForm(submit) {
  const [busy, setBusy] = useState(false);
  const [refusal, refuse] = useRefusal();
  /** @param {Event} event */
  async function onSubmit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    refuse(null);
    await submit().catch(refuse);
    setBusy(false);
  }
  return { busy, onSubmit, error: refusal?.message ?? "", field: refusal?.details.field };
}
