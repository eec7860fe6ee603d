// Dialogs: [data-dialog="ID"] opens one, [data-dialog-close] closes it, dialog[data-opened] stands
// open when the page comes; whatever htmx puts into #dialog-content is shown as a dialog, until the
// answer says HX-Trigger: salesman:close-dialog.
// Questions (hx-confirm, form[data-confirm]) are asked in #question, never by the browser.
import { hasChanged, rememberSaved } from "./changes.js";

let closing = null;

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return false;
  dialog.showModal();
  return true;
}

/** Asks, and gives true for yes. */
export function ask(text, { detail = "", yes = "" } = {}) {
  const dialog = document.getElementById("question");
  const button = dialog.querySelector("[value=yes]");
  dialog.querySelector("#question-text").textContent = text;
  dialog.querySelector("#question-detail").textContent = detail;
  button.textContent = yes || button.dataset.default;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((answered) =>
    dialog.addEventListener("close", () => answered(dialog.returnValue === "yes"), { once: true }),
  );
}

async function leave(dialog) {
  if (hasChanged(dialog)) {
    const { text, detail, yes } = document.getElementById("leave-question").dataset;
    if (!(await ask(text, { detail, yes }))) return;
    dialog.querySelectorAll("form").forEach(rememberSaved);
  }
  close(dialog);
}

// The browser tells of a closing a little later: until then what the dialog held is still in it, and
// an answer for another place must not open it again.
function close(dialog) {
  closing = dialog.open ? dialog : null;
  dialog.close();
}

for (const { id } of document.querySelectorAll("dialog[data-opened]")) openDialog(id);

document.addEventListener("click", ({ target }) => {
  const opener = target.closest?.("[data-dialog]");
  if (opener) openDialog(opener.dataset.dialog);
  const closer = target.closest?.("[data-dialog-close]");
  if (closer) leave(closer.closest("dialog"));
  if (target.matches?.("dialog:modal") && target.id !== "question") leave(target); // the backdrop
});

// Esc; "cancel" does not bubble.
document.addEventListener(
  "cancel",
  (event) => {
    if (event.target.id === "question" || !event.target.matches("dialog")) return;
    event.preventDefault();
    leave(event.target);
  },
  true,
);

document.addEventListener("htmx:after:swap", () => {
  const content = document.getElementById("dialog-content");
  if (content?.childElementCount && closing?.id !== "dialog" && openDialog("dialog")) {
    const first = () => content.querySelector("input:not([type=hidden]), select, textarea");
    (content.querySelector("[autofocus]") ?? first())?.focus();
  }
});

document.addEventListener("salesman:close-dialog", () => close(document.getElementById("dialog")));

document.getElementById("dialog")?.addEventListener("close", () => {
  closing = null;
  document.getElementById("dialog-content").replaceChildren();
});

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  const { confirmDetail, confirmYes } = ctx.sourceElement.dataset;
  ask(ctx.confirm, { detail: confirmDetail, yes: confirmYes }).then((yes) =>
    yes ? issueRequest() : dropRequest(),
  );
});

document.addEventListener("submit", (event) => {
  const { confirm, confirmDetail, confirmYes } = event.target.dataset;
  if (!confirm || event.target.hasAttribute("data-confirmed")) return;
  event.preventDefault();
  const { submitter } = event;
  ask(confirm, { detail: confirmDetail, yes: confirmYes }).then((yes) => {
    if (!yes) return;
    event.target.setAttribute("data-confirmed", "");
    event.target.requestSubmit(submitter);
  });
});
