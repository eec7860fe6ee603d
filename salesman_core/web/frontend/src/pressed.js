// A click is lost where what was pressed is gone before it is let go. So nothing is swapped while a
// pointer is down: it comes right after the click.
import htmx from "./imports/htmx.js";

let isPressed = false;
let held = [];

for (const type of ["pointerup", "pointercancel", "dragend", "blur"]) window.addEventListener(type, release, true);
window.addEventListener("pointerdown", ({ button }) => (isPressed = button === 0), true);

function release({ type, target }) {
  if (type === "blur" && target !== window) return;
  isPressed = false;
  const swaps = held;
  held = [];
  if (swaps.length) setTimeout(() => swapAll(swaps)); // behind the click
}

async function swapAll(swaps) {
  const there = swaps.filter(({ target }) => target?.isConnected !== false);
  for (const ctx of there) {
    // One of them may have put another element in the place of the next.
    if (ctx.target?.isConnected === false) ctx.target = document.getElementById(ctx.target.id);
    if (ctx.target) await htmx.swap(ctx);
  }
}

htmx.registerExtension("salesman-pressed", {
  htmx_before_swap(_element, { ctx }) {
    if (isPressed) held.push(ctx);
    return !isPressed;
  },
});
