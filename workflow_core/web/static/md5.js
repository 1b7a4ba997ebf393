/** MD5 (RFC 1321), by which the server knows files, and which browsers have no other way to tell. */
const TURNS = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
const SINES = Int32Array.from({ length: 64 }, (_, step) => Math.abs(Math.sin(step + 1)) * 2 ** 32);
const WORD = [[1, 0], [5, 1], [3, 5], [7, 0]];
const MIX = [(b, c, d) => (b & c) | (~b & d), (b, c, d) => (b & d) | (c & ~d), (b, c, d) => b ^ c ^ d, (b, c, d) => c ^ (b | ~d)];

/** @param {Uint8Array} bytes @returns {string} 32 hexadecimal digits */
export function md5(bytes) {
  const view = new DataView(new ArrayBuffer(((bytes.length + 72) >> 6) << 6));
  new Uint8Array(view.buffer).set(bytes);
  view.setUint8(bytes.length, 0x80);
  view.setBigUint64(view.byteLength - 8, BigInt(bytes.length) * 8n, true);
  const sum = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
  for (let at = 0; at < view.byteLength; at += 64) {
    let [a, b, c, d] = sum;
    for (let step = 0; step < 64; step++) {
      const [turns, [times, plus]] = [TURNS[step >> 4], WORD[step >> 4]];
      const word = view.getInt32(at + 4 * ((times * step + plus) & 15), true);
      const x = (a + MIX[step >> 4](b, c, d) + SINES[step] + word) | 0;
      const by = turns[step & 3];
      [a, d, c, b] = [d, c, b, (b + ((x << by) | (x >>> (32 - by)))) | 0];
    }
    [a, b, c, d].forEach((one, place) => (sum[place] += one));
  }
  return Array.from(new Uint8Array(sum.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
