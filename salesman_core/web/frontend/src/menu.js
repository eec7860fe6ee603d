// The numbers beside entries of the menu and at the bell ([data-number][data-counts]) follow what they count: all of them are
// fetched together, soon after a change of a record of a kind in data-counts, and every minute: of a
// record that leaves one's sight nothing is heard. A tab at which nobody looks asks when somebody
// does again.
const SOON_MS = 400; // a colleague's step often makes several changes
const MINUTE_MS = 60_000;
const menu = document.querySelector("[data-numbers]");
const places = menu ? [...document.querySelectorAll("[data-number][data-counts]")] : [];
const follows = (kind) => places.some(({ dataset }) => dataset.counts.split(" ").includes(kind));
let isStale = false;
let timer;

if (places.length) {
  document.addEventListener("salesman:change", ({ detail }) => follows(detail.kind) && fetchSoon());
  document.addEventListener("visibilitychange", () => isStale && fetchSoon());
  setInterval(fetchSoon, MINUTE_MS);
}

function fetchSoon() {
  isStale = true;
  if (!document.hidden) timer ??= setTimeout(fetchNumbers, SOON_MS);
}

async function fetchNumbers() {
  timer = undefined;
  isStale = false;
  try {
    const answer = await fetch(menu.dataset.numbers, { redirect: "error" });
    if (answer.ok) show(await answer.json());
  } catch {
    isStale = true; // no connection, or nobody is signed in any more: the next change asks again
  }
}

function show(numbers) {
  for (const place of places) place.textContent = numbers[place.dataset.number] ?? "";
}
