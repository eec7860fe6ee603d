// htmx with its own extension for server-sent events, which expects htmx to be global: hence the
// order.
import htmx from "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";

export default htmx;
