// Discussions: a thread that stays up to date, names behind an @, files by drop and paste, drafts.
//
// [data-thread] holds the messages that the page has, and the revision up to which it knows all that
// became of them. Whatever wakes it, it asks for what came behind that revision, and puts each message
// into its place by its number: nothing is missing then and nothing stands twice, however often it is
// woken, and whatever the stream of events lost.
import htmx from "htmx";

const AGAIN_MS = 5_000;
const MINUTE_MS = 60_000;
const READ_MS = 800; // whoever only passes by has not read it
const DRAFT_MS = 600;
const SUGGEST_MS = 120;
const KIND = "discussions.thread";
const GONE = new Set([403, 404]); // whoever may not see the thread any more need not ask again

const proof = () => document.querySelector('meta[name="csrf-token"]');

function send(address, values, options = {}) {
  const headers = { "X-CSRFToken": proof()?.content ?? "", "X-Shown-To": proof()?.dataset.shownTo ?? "" };
  return fetch(address, { method: "POST", body: new URLSearchParams(values), headers, redirect: "error", ...options });
}

// A thread

const thread = document.querySelector("[data-thread]");
const list = thread?.querySelector("[data-list]");
let isFetching = false;
let isWoken = false;
let again; // the clock that runs where there is no connection
let reading; // the clock that runs while somebody looks at new messages

if (thread) {
  document.addEventListener("salesman:change", ({ detail }) => {
    if (detail.kind !== KIND || detail.record_id !== Number(thread.dataset.thread)) return;
    catchUp();
    if (!detail.type?.startsWith("discussions.message")) drawSide();
  });
  for (const [where, type] of [[document, "visibilitychange"], [window, "online"], [window, "pageshow"]]) {
    where.addEventListener(type, () => document.hidden || catchUp());
  }
  setInterval(() => document.hidden || catchUp(), MINUTE_MS);
  goToBeginning();
  readSoon();
}

function drawSide() {
  document.querySelector("[data-thread-side]")?.dispatchEvent(new CustomEvent("record-changed"));
}

async function catchUp() {
  isWoken = true;
  if (isFetching) return;
  clearTimeout(again);
  isFetching = true;
  try {
    while (isWoken) {
      isWoken = false;
      const news = await fetchList({ after: thread.dataset.revision });
      isWoken ||= "more" in news.dataset;
      takeIn(news);
    }
  } catch (error) {
    isWoken = false;
    if (!GONE.has(error.cause)) again = setTimeout(catchUp, AGAIN_MS); // later, from where it stands
  } finally {
    isFetching = false;
  }
}

async function fetchList(asked) {
  const url = new URL(thread.dataset.messages, location.href);
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  const answer = await fetch(url, { redirect: "error", headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error("no messages", { cause: answer.status });
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("ol");
}

function takeIn(news) {
  const isAtEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 200;
  const isClosed = "closed" in news.dataset;
  const added = [...news.children].filter((message) => put(document.adoptNode(message)));
  thread.dataset.revision = Math.max(Number(thread.dataset.revision), Number(news.dataset.revision));
  if (isClosed !== (document.querySelector("#say") === null)) askForComposer(isClosed);
  if (!added.length) return;
  thread.querySelector("[data-nothing]")?.remove();
  const last = added.at(-1);
  if (added.some(({ dataset }) => "own" in dataset)) thread.dataset.follows = "";
  else sayWho(last);
  if (isAtEnd || "own" in last.dataset) last.scrollIntoView({ block: "nearest" });
  readSoon();
}

// Puts a message into its place, or in the place of what it was; tells whether it is a new one.
function put(message) {
  const known = document.getElementById(message.id);
  if (known) {
    const isOlder = Number(known.dataset.revision) >= Number(message.dataset.revision);
    if (!isOlder && !known.querySelector("form.message-edit")) draw(() => known.replaceWith(message), message);
    return false;
  }
  const number = Number(message.dataset.place);
  const shown = [...list.querySelectorAll(":scope > [data-message]")];
  if (thread.querySelector("[data-earlier]") && number < Number(shown[0]?.dataset.place)) return false;
  const before = shown.findLast(({ dataset }) => Number(dataset.place) < number);
  draw(() => (before ? before.after(message) : list.prepend(message)), message);
  return true;
}

function draw(place, message) {
  place();
  htmx.process(message);
}

function sayWho(message) {
  const place = thread.querySelector("[data-said]");
  place.textContent = `${place.dataset.words} ${message.dataset.author}`;
}

// Somebody closed the thread, or took it up again: the buttons for that come with the page.
function askForComposer(isClosed) {
  const typed = document.querySelector("#say textarea")?.value;
  if (!(isClosed && typed)) location.reload();
}

function goToBeginning() {
  if (location.hash) return;
  (list.querySelector("[data-new]") ?? list.lastElementChild)?.scrollIntoView({ block: "nearest" });
}

function readSoon() {
  const last = [...list.querySelectorAll(":scope > [data-message]")].at(-1);
  const number = Number(last?.dataset.place ?? 0);
  if (!("follows" in thread.dataset) || number <= Number(thread.dataset.readNumber)) return;
  clearTimeout(reading);
  reading = setTimeout(() => document.hidden || note(number), READ_MS);
}

async function note(number) {
  try {
    const answer = await send(thread.dataset.read, { number });
    if (!answer.ok) return;
    thread.dataset.readNumber = number;
    document.body.dispatchEvent(
      new CustomEvent("salesman:change", { bubbles: true, detail: { kind: KIND, record_id: 0, type: "discussions.message.read" } }),
    );
  } catch {
    // no connection: noted with the next message
  }
}

document.addEventListener("visibilitychange", () => thread && !document.hidden && readSoon());

document.addEventListener("click", async (event) => {
  const earlier = event.target.closest?.("[data-earlier]");
  if (earlier) return showEarlier(earlier);
  const quote = event.target.closest?.("[data-quote]");
  if (quote) answerTo(quote.closest("[data-message]"));
  if (event.target.closest?.("[data-quoted-leave]")) answerTo(null);
  const goes = event.target.closest?.("[data-goes-to]");
  const there = goes && document.getElementById(goes.dataset.goesTo);
  if (!there) return;
  event.preventDefault();
  there.scrollIntoView({ block: "center" });
});

async function showEarlier(button) {
  const first = list.querySelector(":scope > [data-message]");
  const height = document.documentElement.scrollHeight;
  button.disabled = true;
  try {
    const older = await fetchList({ before: first.dataset.place });
    const messages = [...older.children].map((message) => document.adoptNode(message));
    list.prepend(...messages);
    messages.forEach((message) => htmx.process(message));
    scrollBy(0, document.documentElement.scrollHeight - height);
    if (!messages.length || Number(messages[0].dataset.place) <= 1) button.remove();
  } finally {
    button.disabled = false;
  }
}

function answerTo(message) {
  const form = document.getElementById("say");
  if (!form) return;
  message?.querySelector("details")?.removeAttribute("open");
  form.querySelector("[data-quoted-id]").value = message?.dataset.message ?? "";
  form.querySelector("[data-quoted]").hidden = !message;
  const words = message?.querySelector(".message-text")?.textContent.trim().slice(0, 120) ?? "";
  form.querySelector("[data-quoted-text]").textContent = message ? `${message.dataset.author}: ${words}` : "";
  form.querySelector("textarea").focus();
}

// Drafts: kept on the server, so that they survive a closed window and are there on another computer.

let drafting;
let unsaved = null;

document.addEventListener("input", ({ target }) => {
  const form = target.closest?.("form[data-draft-address]");
  if (!form || !target.matches("textarea")) return;
  unsaved = [form.dataset.draftAddress, { text: target.value }];
  clearTimeout(drafting);
  drafting = setTimeout(() => keepDraft(), DRAFT_MS);
});
document.addEventListener("htmx:before:request", ({ target }) => target.id === "say" && forgetDraft());
document.addEventListener("submit", ({ target }) => target.id === "say" && forgetDraft());
window.addEventListener("pagehide", () => keepDraft({ keepalive: true }));

function forgetDraft() {
  clearTimeout(drafting);
  unsaved = null;
}

// With keepalive the request outlives the page, and browsers refuse it where it is over 64 KiB.
async function keepDraft(options = {}) {
  clearTimeout(drafting);
  if (!unsaved) return;
  const [address, values] = unsaved;
  unsaved = null;
  const answer = await send(address, values, options).catch(() => null);
  if (!answer?.ok) unsaved ??= [address, values]; // tried again with the next letter
}

// Files

document.addEventListener("paste", (event) => {
  const form = event.target.closest?.("form[data-takes-files]");
  if (form && event.clipboardData?.files.length) take(event, form, event.clipboardData.files);
});
document.addEventListener("dragover", (event) => formUnder(event) && event.preventDefault());
document.addEventListener("drop", (event) => {
  const form = formUnder(event);
  if (form && event.dataTransfer?.files.length) take(event, form, event.dataTransfer.files);
});
document.addEventListener("change", ({ target }) => {
  if (target.matches?.("form[data-takes-files] input[type=file]")) showChosen(target);
});
document.addEventListener("htmx:after:swap", () => {
  const field = document.querySelector("#composer textarea[autofocus]");
  field?.removeAttribute("autofocus");
  field?.focus();
});

const formUnder = ({ target }) =>
  target.closest?.("form[data-takes-files]") ?? (target.closest?.("[data-thread]") && document.getElementById("say"));

function take(event, form, files) {
  event.preventDefault();
  const field = form.querySelector("input[type=file]");
  const all = new DataTransfer();
  for (const file of [...field.files, ...files]) all.items.add(file);
  field.files = all.files;
  field.closest("details")?.setAttribute("open", "");
  showChosen(field);
}

function showChosen(field) {
  const place = field.form.querySelector("[data-chosen]");
  if (place) place.textContent = [...field.files].map(({ name }) => name).join(", ");
}

// Names behind an @: what is typed there is looked for, and chosen by the arrows and Enter.

const NAME = /(?:^|[^\p{L}\p{N}_])@([^@\n]{0,40})$/u;
const MOST_WORDS = 4;
let suggesting;
let choices = null; // the list that is open, with its field

document.addEventListener("input", ({ target }) => {
  if (!target.matches?.("textarea[data-mentions]")) return;
  clearTimeout(suggesting);
  suggesting = setTimeout(() => suggest(target), SUGGEST_MS);
});
document.addEventListener("keydown", walk, true);
document.addEventListener("focusout", ({ target }) => choices?.field === target && setTimeout(closeChoices, 200));

const typedName = (field) => NAME.exec(field.value.slice(0, field.selectionStart))?.[1];

async function suggest(field) {
  const name = typedName(field);
  if (name === undefined || name.endsWith(" ") || name.split(" ").length > MOST_WORDS) return closeChoices();
  const url = new URL(field.dataset.mentions, location.href);
  url.searchParams.set("q", name);
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok || typedName(field) !== name) return;
  offer(field, await answer.json());
}

function offer(field, people) {
  closeChoices();
  if (!people.length) return;
  const box = document.createElement("ul");
  box.className = "mention-choices";
  box.id = "mention-choices";
  box.setAttribute("role", "listbox");
  box.append(...people.map(({ text }, index) => option(text, index)));
  field.after(box);
  field.setAttribute("aria-controls", box.id);
  choices = { box, field };
  mark(0);
}

function option(text, index) {
  const item = document.createElement("li");
  Object.assign(item, { id: `mention-${index}`, textContent: text });
  item.setAttribute("role", "option");
  item.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    choose(item);
  });
  return item;
}

function mark(index) {
  const items = [...choices.box.children];
  const chosen = items[(index + items.length) % items.length];
  items.forEach((item) => item.setAttribute("aria-selected", item === chosen));
  choices.field.setAttribute("aria-activedescendant", chosen.id);
}

function walk(event) {
  if (!choices || event.target !== choices.field || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (typedName(choices.field) === undefined) return closeChoices(); // the caret has left the name
  const items = [...choices.box.children];
  const here = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) mark(here + step);
  else if (event.key === "Enter" || event.key === "Tab") choose(items[here]);
  else if (event.key === "Escape") closeChoices();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function choose(item) {
  const { field } = choices;
  const name = typedName(field);
  closeChoices();
  if (name === undefined) return;
  const end = field.selectionStart;
  const start = end - name.length;
  field.setRangeText(`${item.textContent} `, start, end, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function closeChoices() {
  choices?.field.removeAttribute("aria-activedescendant");
  choices?.field.removeAttribute("aria-controls");
  choices?.box.remove();
  choices = null;
}
