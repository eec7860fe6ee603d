// What every page loads.
import "./imports/htmx.js";
import "./imports/tabler.js";
import "./requests.js";
import "./columns.js";
import "./deals.js";
import "./desk.js";
import "./dialogs.js";
import "./filters.js";
import "./keys.js";
import "./lists.js";
import "./live.js";
import "./menu.js";
import "./pressed.js";
import "./records.js";
import "./search.js";
import "./suggest.js";
import "./toasts.js";
import "./twice.js";
import { tendChoices } from "./choices.js";
import { dropSavedDraft, tendForms } from "./forms.js";
import { offerThemes } from "./theme.js";

offerThemes();
dropSavedDraft();
tendForms(document);
tendChoices(document);
document.addEventListener("htmx:after:process", ({ target }) => {
  if (!(target instanceof Element) || target === document.body) return;
  tendForms(target);
  tendChoices(target);
});
