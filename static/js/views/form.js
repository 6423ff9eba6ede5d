import { useEffect, useState } from "preact/hooks";
import { asRefusal, online } from "../connection.js";

/**
 * Submits a form once at a time, and returns a refusal with the field that it is about; being offline passes by itself.
 * @param {() => Promise<unknown>} submit
 */
export function useForm(submit) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState(/** @type {import("../connection.js").Refusal | null} */ (null));
  useEffect(() => {
    if (online.value) setRefusal((before) => (before?.code === "offline" ? null : before));
  }, [online.value]);
  /** @param {Event} event */
  async function onSubmit(event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setRefusal(null);
    await submit().catch((error) => setRefusal(asRefusal(error)));
    setBusy(false);
  }
  return { busy, onSubmit, error: refusal?.message ?? "", field: refusal?.details.field };
}
