/** The largest box of a single picture, in CSS pixels. */
const WIDTH = 400;
const HEIGHT = 320;

/** The size at which a single picture is shown. @param {{width: number, height: number}} picture */
export function fitted({ width, height }) {
  const scale = Math.min(1, WIDTH / width, HEIGHT / height);
  return { width: width * scale, height: height * scale };
}
