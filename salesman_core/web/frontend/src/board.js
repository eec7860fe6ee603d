// The board: deals are dragged to another stage, or moved by Alt and the arrow keys; F freezes one.
// The server decides: a refusal puts the card back, a stage that asks for more than the deal has
// brings a dialog with it, and its columns are fetched again after every change, one's
// own and those of others.
import htmx from "./imports/htmx.js";
import Sortable from "./imports/sortablejs.js";
import { letterOf } from "./keys.js";

const SOON_MS = 120;
const board = document.getElementById("board");
const stale = { deals: new Set(), columns: new Set() };
const moves = new Map(); // of each deal, those that are not answered yet, the oldest first
let timer;
let isDragging = false;
let focused = null;

if (board) {
  makeSortable(board);
  board.addEventListener("keydown", onKey);
  board.toggleAttribute("data-ready", true);
  document.addEventListener("salesman:change", ({ detail }) => {
    if (detail.kind === "deal") fetchSoon(detail.record_id);
  });
  document.addEventListener("htmx:after:swap", () => {
    makeSortable(board);
    giveFocusBack();
  });
}

function makeSortable(root) {
  for (const list of root.querySelectorAll("[data-board-cards]")) {
    if (Sortable.get(list)) continue;
    Sortable.create(list, {
      group: "board",
      sort: false,
      draggable: ".board-card",
      filter: ".board-card:not(.is-movable)",
      preventOnFilter: false,
      animation: 120,
      delay: 250,
      delayOnTouchOnly: true,
      ghostClass: "is-dropping",
      onStart: () => (isDragging = true),
      onEnd,
    });
  }
}

function onEnd({ item, from, to, oldDraggableIndex }) {
  isDragging = false;
  if (from === to) return fetchSoon();
  const next = from.querySelectorAll(".board-card")[oldDraggableIndex] ?? null;
  move(item, from, to, () => from.insertBefore(item, next));
}

function onKey(event) {
  if (letterOf(event) === "f" && !event.altKey && !event.ctrlKey && !event.metaKey) return freeze(event);
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.target.closest(".board-card.is-movable");
  if (!step || !event.altKey || !card) return;
  event.preventDefault();
  const columns = [...board.querySelectorAll(".board-column")];
  const from = card.closest(".board-column");
  const target = columns[columns.indexOf(from) + step];
  if (!target) return;
  const [origin, next] = [card.parentElement, card.nextElementSibling];
  const to = target.querySelector("[data-board-cards]");
  focused = card.id;
  to.prepend(card);
  giveFocusBack();
  move(card, origin, to, () => origin.insertBefore(card, next));
}

function freeze(event) {
  const address = event.target.closest(".board-card")?.dataset.freeze;
  if (!address) return;
  event.preventDefault();
  htmx.ajax("GET", address, { target: "#dialog-content", swap: "innerHTML" });
}

/** Moves a deal to another column; a move that is pressed before the last one is answered waits. */
async function move(card, from, to, putBack) {
  const { deal } = card.dataset;
  const [left, reached] = [from, to].map((list) => list.closest(".board-column").dataset.stage);
  const waiting = moves.get(deal) ?? [];
  waiting.push({ left, reached, putBack });
  if (waiting.length > 1) return;
  moves.set(deal, waiting);
  try {
    await sendAll(card, waiting);
  } finally {
    moves.delete(deal);
    fetchSoon(deal);
  }
}

/** Sends moves of a deal one after the other, each for the deal as the last one left it. */
async function sendAll(card, waiting) {
  let { version } = card.dataset;
  while (waiting.length) {
    const { left, reached, putBack } = waiting[0];
    for (const stage of [left, reached]) stale.columns.add(stage);
    version = await send(card, reached, version);
    if (version === null) {
      putBack();
      return giveFocusBack();
    }
    card.dataset.version = version; // until its column is fetched anew, more may be pressed
    waiting.shift();
  }
}

/** Sends a move; gives the version that the deal has then, or null where the move is refused. */
async function send(card, stage, version) {
  let answer = { status: 0 };
  const look = ({ detail }) => (answer = detail.ctx.response);
  card.addEventListener("htmx:after:request", look, { once: true });
  await htmx.ajax("POST", card.dataset.move, {
    source: card,
    target: card,
    swap: "none",
    values: { stage_id: stage, version },
  });
  card.removeEventListener("htmx:after:request", look);
  const isTaken = answer.status >= 200 && answer.status < 400;
  return isTaken ? (answer.headers.get("ETag") ?? "").replaceAll('"', "") : null;
}

/** Fetches the columns of changed deals, those that they left and those that they came to. */
function fetchSoon(deal) {
  if (deal !== undefined) {
    stale.deals.add(String(deal));
    const column = document.getElementById(`board-deal-${deal}`)?.closest(".board-column");
    if (column) stale.columns.add(column.dataset.stage);
  }
  clearTimeout(timer);
  timer = setTimeout(fetchStale, SOON_MS);
}

function fetchStale() {
  if (isDragging || moves.size || (!stale.deals.size && !stale.columns.size)) return;
  const address = new URL(board.dataset.board, location.href);
  for (const deal of stale.deals) address.searchParams.append("deal", deal);
  for (const column of stale.columns) address.searchParams.append("shown", column);
  stale.deals.clear();
  stale.columns.clear();
  const active = document.activeElement?.closest?.(".board-card");
  if (active) focused = active.id;
  htmx.ajax("GET", address.pathname + address.search, { source: board, target: board, swap: "none" });
}

function giveFocusBack() {
  if (!focused) return;
  const link = document.getElementById(focused)?.querySelector(".board-name");
  if (link && document.activeElement !== link) link.focus({ preventScroll: false });
}

board?.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget) focused = null;
});
