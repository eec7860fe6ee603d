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

async function move(card, from, to, putBack) {
  const stages = [from, to].map((list) => list.closest(".board-column").dataset.stage);
  let refused = true;
  const look = ({ detail }) => (refused = detail.ctx.response.status >= 400);
  card.addEventListener("htmx:after:request", look, { once: true });
  try {
    await htmx.ajax("POST", card.dataset.move, {
      source: card,
      target: card,
      swap: "none",
      values: { stage_id: stages[1], version: card.dataset.version },
    });
  } finally {
    card.removeEventListener("htmx:after:request", look);
    if (refused) putBack();
    for (const stage of stages) stale.columns.add(stage);
    fetchSoon(card.dataset.deal);
    if (refused) giveFocusBack();
  }
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
  if (isDragging || (!stale.deals.size && !stale.columns.size)) return;
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
