// Charts: an element with data-chart (names, series of values with their texts and links) becomes bars
// in the theme's colours, beside each other or (kind) stacked, or lines; a click on a bar, or beside it,
// opens what it counts. A button with data-picture (the selector of a chart) and data-name saves what was
// drawn as a PNG of that name, with the chart's label above it.
import { init } from "./imports/echarts.js";

const SHARPNESS = 2;
const MARGIN = 24;
const LEGEND = 32;
const BOTTOM = 28;
const charts = new Map();

new MutationObserver(() => charts.forEach((chart) => chart.paint())).observe(document.documentElement, {
  attributeFilter: ["data-bs-theme"],
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-picture]");
  const chart = button && charts.get(document.querySelector(button.dataset.picture));
  if (chart) savePicture(chart, button.dataset.name);
});
window.addEventListener("resize", () => charts.forEach((chart) => chart.fit()));

export function drawAll(root) {
  for (const element of root.querySelectorAll("[data-chart]")) if (!charts.has(element)) draw(element);
}

function draw(element) {
  const data = JSON.parse(element.dataset.chart);
  const grow = () => {
    if (data.kind !== "lines") element.style.minHeight = `${rowHeight() * data.names.length + 2 * LEGEND + BOTTOM}px`;
  };
  grow();
  const drawing = init(element, null, { renderer: "svg" });
  const paint = () => drawing.setOption(bars(data), true);
  const fit = () => {
    grow();
    drawing.resize();
    paint(); // the place of the names and of the legend depends on the width
  };
  const chart = { drawing, label: data.label, paint, fit };
  charts.set(element, chart);
  paint();
  element.addEventListener("click", (event) => {
    const { values = [], links = [], row } = barAt(chart, data, event);
    if (Number(values[row]) && links[row]) location.assign(links[row]);
  });
}

// Three names of series are two lines on a phone.
const isNarrow = () => window.innerWidth < 576;
// So high that a long name, broken into lines, meets no other.
const rowHeight = () => (isNarrow() ? 46 : 40);
const topOf = (series) => (isNarrow() && series.length > 2 ? 2 * LEGEND : LEGEND);

// By its place: under a pointer that has just come a bar is drawn anew, and a click on it is lost.
// The bars of a row share its height in their order, with half a bar's width above and below them.
function barAt({ drawing }, { kind, names, series }, { clientX, clientY }) {
  const place = drawing.getDom().getBoundingClientRect();
  const [x, y] = [clientX - place.left, clientY - place.top];
  if (!drawing.containPixel("grid", [x, y])) return {};
  if (kind === "lines") return nearestPoint(drawing, series, [x, y]);
  if (kind === "stacked") return stackedPart(drawing, series, [x, y]);
  const top = topOf(series);
  const height = (drawing.getHeight() - top - BOTTOM) / names.length;
  const row = Math.min(Math.floor((y - top) / height), names.length - 1);
  const bar = Math.floor(((y - top) / height - row) * (series.length + 1) - 1 / 2);
  return { ...series[Math.min(Math.max(bar, 0), series.length - 1)], row };
}

function nearestPoint(drawing, series, place) {
  const [row, value] = drawing.convertFromPixel("grid", place);
  const far = (one) => Math.abs((Number(one.values[row]) || 0) - value);
  return { ...series.reduce((best, one) => (far(one) < far(best) ? one : best)), row };
}

function stackedPart(drawing, series, place) {
  const [value, row] = drawing.convertFromPixel("grid", place);
  let reached = 0;
  return { ...series.find((one) => (reached += Number(one.values[row]) || 0) >= value), row };
}

// As much of a name as its lines hold; the tooltip says all of it.
function shortened(name) {
  const most = isNarrow() ? 44 : 52;
  return name.length > most ? `${name.slice(0, most - 1).trimEnd()}…` : name;
}

function bars(data) {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const fills = [colour("--tblr-primary"), colour("--tblr-azure"), colour("--tblr-secondary")];
  const text = colour("--tblr-body-color");
  const lines = data.kind === "lines";
  const names = isNarrow() ? 110 : 190;
  const border = { lineStyle: { color: colour("--tblr-border-color") } };
  const valued = {
    type: "value",
    splitNumber: 4,
    axisLabel: { color: text, formatter: short, hideOverlap: true },
    splitLine: border,
  };
  const named = {
    type: "category",
    inverse: !lines,
    data: data.names,
    axisLabel: lines
      ? { color: text, hideOverlap: true }
      : { color: text, width: names, overflow: "break", lineHeight: 14, formatter: shortened },
    axisLine: border,
    axisTick: { show: false },
  };
  return {
    animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 200,
    textStyle: { color: text, fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: lines ? 56 : names + 12, right: 24, top: topOf(data.series), bottom: BOTTOM },
    legend: { top: 0, left: 0, textStyle: { color: text }, icon: "roundRect" },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, formatter: said(data), confine: true },
    xAxis: lines ? named : valued,
    yAxis: lines ? valued : named,
    series: data.series.map((one, place) => ({
      name: one.name,
      type: lines ? "line" : "bar",
      stack: data.kind === "stacked" ? "all" : undefined,
      data: one.values,
      barGap: "0%",
      barCategoryGap: data.kind === "stacked" ? "30%" : `${100 / (data.series.length + 1)}%`,
      itemStyle: { color: fills[place], borderRadius: data.kind === "stacked" ? 0 : [0, 3, 3, 0] },
      symbolSize: 8,
      cursor: "pointer",
    })),
  };
}

// From the page, not by ECharts' own getDataURL: that does not escape the quotes in names of fonts.
async function savePicture({ drawing, label }, name) {
  const drawn = new Image();
  const svg = new XMLSerializer().serializeToString(drawing.getDom().querySelector("svg"));
  drawn.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await drawn.decode();
  const [width, height] = [drawing.getWidth(), drawing.getHeight()];
  const canvas = document.createElement("canvas");
  canvas.width = (width + 2 * MARGIN) * SHARPNESS;
  canvas.height = (height + 3 * MARGIN) * SHARPNESS;
  const page = getComputedStyle(document.body);
  const pen = canvas.getContext("2d");
  pen.scale(SHARPNESS, SHARPNESS);
  pen.fillStyle = page.backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = page.color;
  pen.font = `600 16px ${page.fontFamily}`;
  pen.fillText(label, MARGIN, MARGIN + 8, width);
  pen.drawImage(drawn, MARGIN, 2 * MARGIN, width, height);
  canvas.toBlob((content) => download(content, name), "image/png");
}

function download(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
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
