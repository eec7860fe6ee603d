// Puts a form into the page where the script stands, and lets it be as high as it needs to be.
(() => {
  const { address, key, title, tags, longest } = {{ told | tojson }};
  const here = document.currentScript;
  if (!here) return;

  const asked = new URLSearchParams(location.search);
  const told = new URLSearchParams({ site: location.origin, theme: themeOfPage() });
  told.set("page", location.href.slice(0, longest));
  told.set("referrer", document.referrer.slice(0, longest));
  for (const tag of tags) if (asked.has(tag)) told.set(tag, asked.get(tag));

  const frame = document.createElement("iframe");
  frame.src = `${address}?${told}`;
  frame.title = title;
  frame.style.cssText = "display:block;width:100%;height:640px;border:0";
  here.after(frame);

  const { origin: ours } = new URL(address);
  window.addEventListener("message", ({ source, origin, data }) => {
    if (source !== frame.contentWindow || origin !== ours || data?.form !== key) return;
    if (Number.isFinite(data.height)) frame.style.height = `${Math.min(Math.max(data.height, 80), 6000)}px`;
    if (/^https?:\/\//.test(data.thanks ?? "")) location.assign(data.thanks);
  });

  /** A page that does not say that it can be dark is light, whatever its reader prefers. */
  function themeOfPage() {
    const schemes = getComputedStyle(document.documentElement).colorScheme;
    const meta = document.querySelector('meta[name="color-scheme"]')?.content ?? "";
    if (!`${schemes} ${meta}`.includes("dark")) return "light";
    return `${schemes} ${meta}`.includes("light") ? "" : "dark";
  }
})();
