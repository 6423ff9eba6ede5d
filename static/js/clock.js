/** @param {number} ms @returns {Promise<void>} when they have passed */
export const pause = (ms) =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
