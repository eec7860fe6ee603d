// Charts: an element with data-chart (names, series of values with their texts, links) becomes bars
// in the theme's colours; a click on a row opens what its bars count.
import { init } from "./imports/echarts.js";

const charts = new Map();

new MutationObserver(() => charts.forEach((chart) => chart.paint())).observe(document.documentElement, {
  attributeFilter: ["data-bs-theme"],
});
window.addEventListener("resize", () => charts.forEach((chart) => chart.drawing.resize()));

export function drawAll(root) {
  for (const element of root.querySelectorAll("[data-chart]")) if (!charts.has(element)) draw(element);
}

function draw(element) {
  const data = JSON.parse(element.dataset.chart);
  const drawing = init(element, null, { renderer: "svg" });
  const chart = { drawing, paint: () => drawing.setOption(bars(data), true) };
  charts.set(element, chart);
  chart.paint();
  element.addEventListener("click", (event) => {
    const row = rowAt(chart, event);
    const counted = data.series.some(({ values }) => Number(values[row]));
    if (counted && data.links[row]) location.assign(data.links[row]);
  });
}

// By its place: under a pointer that has just come a bar is drawn anew, and a click on it is lost.
function rowAt({ drawing }, { clientX, clientY }) {
  const { left, top } = drawing.getDom().getBoundingClientRect();
  const point = [clientX - left, clientY - top];
  if (!drawing.containPixel("grid", point)) return undefined;
  return Math.round(drawing.convertFromPixel("grid", point)[1]);
}

function bars(data) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const fills = [colour("--tblr-primary"), colour("--tblr-azure"), colour("--tblr-secondary")];
  const text = colour("--tblr-body-color");
  const names = window.innerWidth < 576 ? 110 : 190;
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 200,
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: names + 12, right: 24, top: 32, bottom: 28 },
    legend: { top: 0, left: 0, textStyle: { color: text }, icon: "roundRect" },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: said(data), confine: true },
    xAxis: {
      type: "value",
      splitNumber: 4,
      axisLabel: { color: text, formatter: short, hideOverlap: true },
      splitLine: { lineStyle: { color: colour("--tblr-border-color") } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.names,
      axisLabel: { color: text, width: names, overflow: "break", lineHeight: 14 },
      axisLine: { lineStyle: { color: colour("--tblr-border-color") } },
      axisTick: { show: false },
    },
    series: data.series.map((one, place) => ({
      name: one.name,
      type: "bar",
      data: one.values,
      itemStyle: { color: fills[place], borderRadius: [0, 3, 3, 0] },
      cursor: "pointer",
    })),
  };
}

const short = (value) =>
  new Intl.NumberFormat(document.documentElement.lang, { notation: "compact" }).format(value);

const said = (data) => (points) => {
  const box = document.createElement("div");
  const title = box.appendChild(document.createElement("strong"));
  title.textContent = data.names[points[0].dataIndex];
  for (const { seriesIndex, dataIndex } of points) {
    const line = box.appendChild(document.createElement("div"));
    const { name, texts } = data.series[seriesIndex];
    line.textContent = `${name}: ${texts[dataIndex]}`;
  }
  return box;
};
