// What every request carries and shows. For htmx an extension, because htmx asks it before it sends,
// and no plugin can stop it from hearing of a request.
import htmx from "./imports/htmx.js";
import { whileWaiting } from "./waiting.js";

const HEADER = "X-CSRFToken";
const SHOWN_TO = "X-Shown-To";
const proof = () => document.querySelector('meta[name="csrf-token"]');
const sent = () => ({ [HEADER]: proof()?.content ?? "", [SHOWN_TO]: proof()?.dataset.shownTo ?? "" });

htmx.registerExtension("salesman", {
  htmx_config_request(_element, { ctx }) {
    Object.assign(ctx.request.headers, sent());
    // Ends with the answer's headers: an open stream of events is no waiting.
    ctx.fetch = (address, options) => whileWaiting(fetch(address, options));
  },
  htmx_after_request(_element, { ctx }) {
    takeOver(ctx.response.headers.get(HEADER));
    if (ctx.request.method !== "GET" && ctx.target?.isConnected === false) keepBesides(ctx);
  },
});

// Where a live update has taken the place that a change was to be shown in, htmx drops the answer:
// what it brings for other places, as a notice with its undo, has to come all the same.
function keepBesides(ctx) {
  ctx.target = document.body;
  ctx.swap = "none";
}

/** Sends `pairs` of names and values as a form does. */
export function post(address, pairs) {
  const options = {
    method: "POST",
    body: new URLSearchParams(pairs),
    headers: { ...sent(), "HX-Request": "true" },
  };
  return whileWaiting(fetch(address, options));
}

// The server gives a new proof where the page's has grown old, so that sending again works; none
// where somebody else has signed in since: the page is not theirs.
function takeOver(token) {
  if (!token || !proof()) return;
  proof().content = token;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
}
