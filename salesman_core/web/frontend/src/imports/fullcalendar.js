// A calendar by the month, week, day and as an agenda, with what it takes to drag in it; it puts its
// style sheet into the page itself.
import { Calendar } from "@fullcalendar/core";
import english from "@fullcalendar/core/locales/en-gb";
import russian from "@fullcalendar/core/locales/ru";
import dayGrid from "@fullcalendar/daygrid";
import interaction from "@fullcalendar/interaction";
import list from "@fullcalendar/list";
import timeGrid from "@fullcalendar/timegrid";

/** Gives a calendar that knows Russian and English ("en-gb"); it is drawn by its render(). */
export function calendarIn(element, options) {
  const plugins = [dayGrid, interaction, list, timeGrid];
  return new Calendar(element, { plugins, locales: [english, russian], ...options });
}
