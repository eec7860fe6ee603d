// The calendar: a month, a week, a day or an agenda. Activities are dragged, stretched, or moved by
// Alt and the arrow keys; the server decides, a refusal puts them back. Hours are those of the
// company's clock wherever the browser stands: they come and go without a zone, and FullCalendar is
// told that they are UTC, so that it reckons none.
import { calendarIn } from "fullcalendar";
import htmx from "htmx";

const NAMES = { month: "dayGridMonth", week: "timeGridWeek", day: "timeGridDay", agenda: "listWeek" };
const KEYS_OF = Object.fromEntries(Object.entries(NAMES).map(([key, name]) => [name, key]));
const STEP_MINUTES = 30;
const SOON_MS = 120;

const grid = document.getElementById("grid");
const { begins, ends, language, zone } = grid.dataset;
const isNarrow = window.matchMedia("(max-width: 767px)").matches;
let timer;
let focused = "";
let moves = Promise.resolve(); // one after another: each needs the version that the last one left
const refused = new Set();

const clock = new Intl.DateTimeFormat("sv-SE", {
  timeZone: zone,
  dateStyle: "short",
  timeStyle: "medium",
});
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });
const nowThere = () => clock.format(new Date()).replace(" ", "T");

const calendar = calendarIn(grid, {
  locale: language === "ru" ? "ru" : "en-gb",
  timeZone: "UTC",
  now: nowThere,
  initialView: NAMES[grid.dataset.view] ?? (isNarrow ? NAMES.agenda : NAMES.week),
  initialDate: grid.dataset.on,
  headerToolbar: false,
  height: "auto",
  firstDay: 1,
  nowIndicator: true,
  navLinks: false,
  dayMaxEvents: 4,
  moreLinkContent: ({ num }) => `+${num} ${grid.dataset.more}`,
  moreLinkHint: (num) => `+${num} ${grid.dataset.more}`,
  noEventsText: grid.dataset.empty,
  allDayText: grid.dataset.whole,
  slotMinTime: earlier(begins),
  slotMaxTime: later(ends),
  slotLabelFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  eventTimeFormat: { hour: "2-digit", minute: "2-digit", hour12: false },
  displayEventEnd: false,
  dayHeaderContent,
  businessHours: { daysOfWeek: [0, 1, 2, 3, 4, 5, 6], startTime: begins, endTime: ends },
  defaultTimedEventDuration: "00:30",
  snapDuration: "00:15",
  editable: true,
  eventInteractive: true,
  longPressDelay: 400,
  selectable: Boolean(grid.dataset.new),
  selectMirror: true,
  events: fetchEntries,
  eventContent,
  eventDidMount: ({ event, el }) => {
    el.dataset.entry = event.id;
    if (focused === event.id) el.focus();
  },
  datesSet,
  select: plan,
  eventClick: open,
  eventDrop: (change) => moved(change),
  eventResize: (change) => moved(change),
});
calendar.render();
datesSet();

// What was read before a move was made would put back what has been moved since.
async function fetchEntries(range) {
  for (;;) {
    const before = moves;
    await before;
    const entries = await readEntries(range);
    if (before === moves) {
      showAllHours(entries);
      return entries;
    }
  }
}

async function readEntries({ startStr, endStr }) {
  const address = new URL(grid.dataset.entries, location.href);
  address.searchParams.set("start", startStr.slice(0, 10));
  address.searchParams.set("end", endStr.slice(0, 10));
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(grid.dataset.failed);
  return answer.json();
}

// The hours of work are shown, and whatever lies outside of them has its place all the same.
function showAllHours(entries) {
  let [first, last] = [earlier(begins), later(ends)];
  for (const { start, end, allDay } of entries) {
    if (allDay) continue;
    const hour = start.slice(11, 13);
    if (`${hour}:00` < first) first = `${hour}:00`;
    const crosses = end.slice(0, 10) > start.slice(0, 10);
    const until = crosses ? "24:00" : later(end.slice(11, 16), 1);
    if (until > last) last = until;
  }
  if (calendar.getOption("slotMinTime") !== first) calendar.setOption("slotMinTime", first);
  if (calendar.getOption("slotMaxTime") !== last) calendar.setOption("slotMaxTime", last);
}

function earlier(hour) {
  return `${String(Math.max(0, Number(hour.slice(0, 2)) - 1)).padStart(2, "0")}:00`;
}

function later(hour, hours = 1) {
  return `${String(Math.min(24, Number(hour.slice(0, 2)) + hours)).padStart(2, "0")}:00`;
}

// Seven dates do not fit beside each other on a phone; the title above says the month.
function dayHeaderContent({ date, text, view }) {
  if (!isNarrow || view.type !== NAMES.week) return text;
  return `${weekday.format(date)} ${date.getUTCDate()}`;
}

function eventContent({ event, timeText }) {
  if (event.display === "background") return null;
  const lines = [["grid-entry-title", event.title]];
  const notes = event.extendedProps.notes ?? [];
  if (notes.length) lines.push(["grid-entry-notes", notes.join(" · ")]);
  const isListed = calendar.view?.type === NAMES.agenda;
  if (timeText && !isListed) lines.unshift(["grid-entry-time", timeText]);
  return {
    domNodes: lines.map(([name, text]) => {
      const line = document.createElement("span");
      line.className = name;
      line.textContent = text;
      return line;
    }),
  };
}

function datesSet() {
  if (!calendar.view) return;
  const key = KEYS_OF[calendar.view.type];
  document.getElementById("grid-title").textContent = calendar.view.title;
  for (const button of document.querySelectorAll("[data-grid-view]")) {
    const isShown = button.dataset.gridView === key;
    button.classList.toggle("active", isShown);
    button.setAttribute("aria-pressed", String(isShown));
  }
}

// The address says where one has gone.
function keepAddress() {
  const key = KEYS_OF[calendar.view.type];
  const on = calendar.getDate().toISOString().slice(0, 10);
  const address = new URL(location.href);
  address.searchParams.set("view", key);
  address.searchParams.set("on", on);
  history.replaceState(history.state, "", address);
  const form = document.getElementById("grid-shown-form");
  if (form) [form.elements.view.value, form.elements.on.value] = [key, on];
}

function plan({ startStr, start, end, allDay }) {
  const address = new URL(grid.dataset.new, location.href);
  address.searchParams.set("when", startStr.slice(0, 16).replace("T", " "));
  if (!allDay) address.searchParams.set("minutes", (end - start) / 60000);
  calendar.unselect();
  htmx.ajax("GET", address.pathname + address.search, { target: "#dialog-content", swap: "innerHTML" });
}

function open({ event, jsEvent }) {
  const { edit } = event.extendedProps;
  if (!event.startEditable || !edit || jsEvent.ctrlKey || jsEvent.metaKey || jsEvent.shiftKey) return;
  jsEvent.preventDefault();
  focused = event.id;
  htmx.ajax("GET", edit, { target: "#dialog-content", swap: "innerHTML" });
}

/** Sends a move when those before it are done; where one is refused, those after it are void. */
function moved({ event, revert }) {
  const values = { start: startOf(event), minutes: minutesOf(event) };
  const mine = moves.then(async () => {
    if (!refused.has(event.id) && !(await isTaken(event.id, values))) {
      refused.add(event.id);
      revert();
    }
    if (mine !== moves) return;
    refused.clear();
    fetchSoon();
  });
  moves = mine;
}

/** Tells whether a move was made; one that breaks is not, and holds up none after it. */
async function isTaken(id, values) {
  try {
    const event = calendar.getEventById(id);
    const scope = event?.extendedProps.series ? await askScope() : "this";
    return Boolean(event && scope) && (await send(event, { ...values, scope }));
  } catch (error) {
    reportError(error);
    return false;
  }
}

function startOf({ allDay, startStr }) {
  return startStr.slice(0, allDay ? 10 : 16);
}

function minutesOf({ allDay, start, end }) {
  return allDay || !end ? "" : (end - start) / 60000;
}

/** Asks which of a series are meant; gives nothing where somebody thinks better of it. */
function askScope() {
  const dialog = document.getElementById("grid-scope");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((answered) =>
    dialog.addEventListener("close", () => answered(dialog.returnValue), { once: true }),
  );
}

async function send(event, values) {
  const { move, version } = event.extendedProps;
  let answer = { status: 0 };
  const look = ({ detail }) => (answer = detail.ctx.response);
  grid.addEventListener("htmx:after:request", look, { once: true });
  await htmx.ajax("POST", move, {
    source: grid,
    target: grid,
    swap: "none",
    values: { ...values, version },
  });
  grid.removeEventListener("htmx:after:request", look);
  const isTaken = answer.status >= 200 && answer.status < 400;
  const now = isTaken && answer.headers.get("ETag")?.replaceAll('"', "");
  if (now) event.setExtendedProp("version", now); // until it is fetched anew it may be moved on
  return isTaken;
}

function fetchSoon() {
  clearTimeout(timer);
  timer = setTimeout(() => calendar.refetchEvents(), SOON_MS);
}

function onKey(key) {
  const days = { ArrowLeft: -1, ArrowRight: 1 }[key.key];
  const steps = { ArrowUp: -1, ArrowDown: 1 }[key.key];
  const element = key.target.closest?.("[data-entry]");
  const event = element && calendar.getEventById(element.dataset.entry);
  if (!key.altKey || !(days || steps) || !event?.startEditable) return;
  key.preventDefault();
  focused = event.id;
  const [start, end] = [event.start, event.end];
  const revert = () => event.setDates(start, end, { allDay: event.allDay });
  if (days) event.moveDates({ days });
  else if (event.allDay) return;
  else if (key.shiftKey) event.moveEnd({ minutes: steps * STEP_MINUTES });
  else event.moveDates({ minutes: steps * STEP_MINUTES });
  if (event.end && event.end <= event.start) return revert();
  moved({ event, revert });
}

grid.addEventListener("keydown", onKey);
grid.addEventListener("focusout", ({ relatedTarget }) => {
  if (relatedTarget && !grid.contains(relatedTarget)) focused = "";
});
document.addEventListener("click", ({ target }) => {
  const { gridTurn, gridView, gridScope } = target.closest?.("button")?.dataset ?? {};
  if (gridTurn) calendar[gridTurn]();
  if (gridView) calendar.changeView(NAMES[gridView]);
  if (gridTurn || gridView) keepAddress();
  if (gridScope) target.closest("dialog").close(gridScope);
});
document.addEventListener("salesman:change", ({ detail }) => {
  if (detail.kind === "calendar.activity") fetchSoon();
});
