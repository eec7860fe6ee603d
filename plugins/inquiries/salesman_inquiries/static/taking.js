// The page of whoever takes inquiries: everything by the keyboard. Arrows walk through the found
// clients and Enter chooses one; Enter in the field moves on where nobody was found; Alt and a digit
// chooses a result.
const form = document.getElementById("new-inquiry");

const field = () => form.querySelector("[data-find]");
const found = () => [...form.querySelectorAll("#found [role=option]")];

// Enter before the answer to what stands in the field has come: it takes nothing of an older answer.
let isEnterWaiting = false;
const isAnswered = () => (form.querySelector("[data-answers]")?.dataset.answers ?? "") === field().value.trim();

form.addEventListener("keydown", (event) => {
  const { target } = event;
  if (event.altKey && /^Digit[1-9]$/.test(event.code)) return chooseNumbered(event);
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (target.matches("[data-find], #found [role=option]")) return among(event);
  // Elsewhere Enter leads on; Ctrl and Enter saves, as everywhere.
  if (event.key !== "Enter" || !target.matches("input:not([type=checkbox], [type=radio])")) return;
  event.preventDefault();
  goOn(target);
});

function chooseNumbered(event) {
  const chips = form.querySelectorAll("[data-numbered] input[type=radio]");
  const chip = chips[Number(event.code.slice(-1)) - 1];
  if (!chip) return;
  event.preventDefault();
  chip.checked = true;
  chip.dispatchEvent(new Event("change", { bubbles: true }));
  chip.dispatchEvent(new Event("input", { bubbles: true }));
}

function among(event) {
  const places = [field(), ...found()];
  const here = places.indexOf(event.target);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && places[here + step]) {
    event.preventDefault();
    places[here + step].focus();
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (here > 0) choose(event.target);
    else enter();
  } else if (event.key === "Escape" && here > 0) {
    event.preventDefault();
    field().focus();
  }
}

function enter() {
  isEnterWaiting = !isAnswered();
  if (isEnterWaiting) return;
  const [first] = found();
  if (first) choose(first);
  else goOn(field());
}

function choose(option) {
  option.dispatchEvent(new Event("chosen", { bubbles: true }));
}

function goOn(from) {
  const open = [...form.elements].filter(
    (one) => one.offsetParent && !one.disabled && one.tabIndex >= 0 && !one.matches("[type=hidden], [data-repeated-remove]"),
  );
  const next = open[open.indexOf(from) + 1];
  next?.focus();
  if (next?.matches("input:not([type=checkbox], [type=radio])")) next.select();
}

form.addEventListener("input", ({ target }) => {
  if (target !== field()) return;
  isEnterWaiting = false;
  keepUnknown();
});

// A number or address that nobody has is not lost where something else is looked for afterwards, as
// the company's name: it moves into its own field.
let unknown = null;

function keepUnknown() {
  if (!unknown || !isElse(field().value, unknown)) return;
  const { way, typed } = unknown;
  unknown = null;
  const kept = [...form.querySelectorAll(`[name=${way}]`)];
  if (kept.some((one) => one.value.trim() === typed)) return;
  const empty = kept.find((one) => !one.value.trim());
  if (!empty) return;
  empty.value = typed;
  empty.dispatchEvent(new Event("change", { bubbles: true }));
}

const isElse = (now, { way, typed }) =>
  now.trim() !== "" && !now.includes("@") && /\p{L}/u.test(now) && (way === "phones" || !typed.startsWith(now.trim()));

function noteUnknown() {
  const answered = form.querySelector("#found [data-unknown]")?.dataset;
  if (answered?.unknown === "phones" || answered?.unknown === "emails") {
    unknown = { way: answered.unknown, typed: form.querySelector("#found [data-answers]").dataset.answers };
  }
}

form.addEventListener("focusin", ({ target }) => {
  for (const option of found()) option.ariaSelected = String(option === target);
});

// Only what was asked for here moves the focus, and only where the answer took it away: whoever
// types elsewhere by then is left alone.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const asked = ctx.sourceElement;
  if (!asked.matches("[data-find], [data-chooses]")) return;
  field()?.setAttribute("aria-expanded", String(found().length > 0));
  noteUnknown();
  const isLost = document.activeElement === document.body;
  // Once somebody was found the talk begins, with the subject.
  if (isLost) (field() ?? form.querySelector("#field-subject")).focus();
  else if (isEnterWaiting && document.activeElement === field()) enter();
});
