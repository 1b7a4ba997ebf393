/** Asking the server: what it refuses is an error with its words, and so is silence. */

const OPENS = /^(an?|the|this|there|its?|you|your|no|nobody|nothing|none|cannot|what|who|where|say|give|only|task(?= '))(?= )/; // no name

export class Refused extends Error {
  /** @param {number} status @param {{detail?: string, code?: string, facts?: Object<string, any>}} said */
  constructor(status, { detail, code, facts = {} }) {
    super((detail ?? `The server answered ${status}`).replace(OPENS, (first) => first[0].toUpperCase() + first.slice(1)));
    Object.assign(this, { status, code, facts });
  }
}

/** No answer came: the connection, or the server, is gone. */
export class Unreachable extends Error {}

/**
 * @param {string} method @param {string} path @param {{body?: any, headers?: object, keepalive?: boolean}} how
 * @returns {Promise<{body: any, tag: ?string}>} what was answered, and its version
 */
export async function answer(method, path, { body, headers = {}, keepalive = false } = {}) {
  const sent = /** @type {any} */ ({ method, headers: { Accept: "application/json", ...headers }, keepalive });
  if (body !== undefined) {
    const file = body instanceof Blob;
    sent.body = file ? body : JSON.stringify(body);
    sent.headers["Content-Type"] = file ? "application/octet-stream" : "application/json";
  }
  const response = await fetch(`/api${path}`, sent).catch((error) => {
    throw new Unreachable("the server does not answer", { cause: error });
  });
  const text = await response.text();
  const json = text && response.headers.get("Content-Type")?.includes("json");
  if (response.ok) return { body: json ? JSON.parse(text) : null, tag: response.headers.get("ETag") };
  if (response.status === 502 || response.status === 504) throw new Unreachable("the server does not answer");
  throw new Refused(response.status, json ? JSON.parse(text) : {});
}

export const get = async (path) => (await answer("GET", path)).body;
export const post = async (path, body) => (await answer("POST", path, { body })).body;
export const remove = async (path) => (await answer("DELETE", path)).body;
