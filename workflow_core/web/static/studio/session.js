/** The session is over: sign in over the page; the drawing stays where it is. */
import { post } from "../api.js";

/** Ask for the password until it is right. @param {HTMLDialogElement} dialog @returns {Promise<void>} */
export function signIn(dialog) {
  if (!dialog.open) dialog.showModal();
  const form = dialog.querySelector("form");
  return new Promise((resolve) => {
    form.onsubmit = async (event) => {
      event.preventDefault();
      const why = await post("/sessions", Object.fromEntries(new FormData(form))).then(() => "", (error) => error.message);
      dialog.querySelector("[role=alert]").textContent = why;
      if (why) return;
      form.reset();
      dialog.close();
      resolve();
    };
  });
}
