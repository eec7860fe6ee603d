// Notices in the corner: they go by themselves, unless somebody is reading them; errors stay.
import { saidInPlace } from "./parts.js";

const corner = document.getElementById("toasts");

/** Shows the notice that the page keeps in a template. */
export function showTemplate(id) {
  const template = document.getElementById(id);
  if (template && corner) corner.append(template.content.cloneNode(true));
}

function tend(toast) {
  const seconds = Number(toast.dataset.toastFor);
  if (!seconds) return;
  let timer;
  const start = () => (timer = setTimeout(() => toast.remove(), seconds * 1000));
  const stop = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

if (corner) {
  corner.querySelectorAll("[data-toast]").forEach(tend);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node.matches?.("[data-toast]")) tend(node);
    }
  }).observe(corner, { childList: true });
}

document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-toast-close]")) target.closest("[data-toast]").remove();
});

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx?.response && !(ctx && saidInPlace(ctx))) showTemplate("toast-unreachable");
});
