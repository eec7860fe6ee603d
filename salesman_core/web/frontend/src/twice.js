// Whoever presses a button twice means one client, one note: a form that is on its way is not sent
// again as it is, nor within the time of a double click.
import { contentOf } from "./changes.js";

const DOUBLE_CLICK_MS = 700;
const LONGEST_MS = 3000; // an answer that is a file leaves the page and its form as they stand
const sent = new WeakMap();

window.addEventListener("submit", refuseTwice, true);

function refuseTwice(event) {
  const { target: form, submitter } = event;
  if (form.method !== "post") return;
  const content = contentOf(form);
  const before = sent.get(form);
  if (before?.content === content && before.submitter === submitter && performance.now() < before.until) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sent.set(form, { content, submitter, until: performance.now() + LONGEST_MS });
  // Others may refuse it, as a question that is asked first does.
  setTimeout(() => event.defaultPrevented && !sentByHtmx(form, submitter) && sent.delete(form));
}

const sentByHtmx = (form, submitter) => [form, submitter].some((one) => one?.matches("[hx-post]"));

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const one = sent.get(ctx.sourceElement?.closest?.("form"));
  if (one) one.until = Math.min(one.until, performance.now() + DOUBLE_CLICK_MS);
});
