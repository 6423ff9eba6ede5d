import { Refusal } from "../connection.js";
import { command } from "../sync.js";
import { problemOf, transfer } from "./transfer.js";

/**
 * Uploads the picture of a person or a room, whose middle the server keeps; returns its id.
 * @param {File} file
 */
export const uploadSquare = (file) => uploadPicture(file, { square: true });

/** Uploads a picture; returns its id. @param {File} file @param {{square?: boolean}} [how] */
export async function uploadPicture(file, how = {}) {
  const { name, size, type } = file;
  if (!size) throw new Refusal({ code: "invalid", message: "The file is empty." });
  const begun = await command("file.begin", { name: name.slice(0, 1000), size, type: type.slice(0, 100), ...how });
  await transfer(file, begun.upload).catch((error) => {
    throw new Refusal({ code: "invalid", message: problemOf(error) });
  });
  return begun.file.id;
}
