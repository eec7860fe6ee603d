// Parts of a page that come after it, as widgets, panels and charts: one that did not come says so in
// its place, instead of loading for ever, and is asked for again by a button.
import htmx from "./imports/htmx.js";

const copyOf = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

/** Says that a part did not come where it should stand; false where what was asked for is none. */
export function saidInPlace({ sourceElement: source, target }) {
  const loading = target?.querySelector?.("[data-loading]");
  if (!loading) return false;
  const notice = copyOf("part-unreachable");
  notice.querySelector("button").addEventListener("click", () => {
    notice.replaceWith(copyOf("part-loading"));
    const swap = source.getAttribute("hx-swap") ?? "innerHTML";
    htmx.ajax("GET", source.getAttribute("hx-get"), { source, target, swap });
  });
  loading.replaceWith(notice);
  return true;
}
