// Light and dark: the choice (auto, light or dark) is kept in the browser, and begins as the person
// chose it elsewhere (<html data-chosen-theme>); what it comes to stands on <html data-bs-theme>.
const KEY = "salesman-theme";
const CHOICES = ["auto", "light", "dark"];
const systemIsDark = window.matchMedia("(prefers-color-scheme: dark)");

export function chosenTheme() {
  const stored = readStored() ?? document.documentElement.dataset.chosenTheme;
  return CHOICES.includes(stored) ? stored : "auto";
}

export function chooseTheme(choice) {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing still shows the choice until the page is left.
  }
  showTheme(choice);
}

export function showTheme(choice = chosenTheme()) {
  const automatic = systemIsDark.matches ? "dark" : "light";
  document.documentElement.dataset.bsTheme = choice === "auto" ? automatic : choice;
}

/** Follows the system and other tabs, and makes every [data-theme-choice] a switch. */
export function offerThemes() {
  systemIsDark.addEventListener("change", () => showTheme());
  window.addEventListener("storage", ({ key }) => key === KEY && refresh());
  document.addEventListener("click", ({ target }) => {
    const choice = target.closest?.("[data-theme-choice]")?.dataset.themeChoice;
    if (!CHOICES.includes(choice)) return;
    chooseTheme(choice);
    markChoice(choice);
  });
  markChoice(chosenTheme());
}

function refresh() {
  showTheme();
  markChoice(chosenTheme());
}

function markChoice(choice) {
  for (const element of document.querySelectorAll("[data-theme-choice]")) {
    element.setAttribute("aria-pressed", String(element.dataset.themeChoice === choice));
  }
}

function readStored() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
