"use strict";
// Everything can be read without this: it filters, and opens what a link points at.
(() => {
  const form = document.getElementById("filters");
  if (!form) return;
  const all = [...document.querySelectorAll("#list > .d")];
  const fields = [...form.elements].filter((field) => field.name);
  const count = document.getElementById("shown");
  const none = document.getElementById("none");
  const fold = document.getElementById("fold");
  const texts = new Map();
  const text = (finding) => {
    let known = texts.get(finding);
    if (known === undefined) texts.set(finding, (known = finding.textContent.toLowerCase()));
    return known;
  };

  const apply = () => {
    const chosen = fields.filter((field) => field.name !== "q" && field.value);
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const finding of all) {
      const fits =
        chosen.every((field) => finding.dataset[field.name] === field.value) &&
        words.every((word) => text(finding).includes(word));
      if (finding.hidden === fits) finding.hidden = !fits;
      if (fits) shown += 1;
    }
    none.hidden = shown > 0;
    count.textContent = `${shown} of ${all.length} differences shown`;
    fold.disabled = shown === 0;
  };

  // the address has the filters, so that a view can be shared: #filter?kind=table&q=users
  const store = () => {
    const set = new URLSearchParams();
    for (const field of fields) if (field.value) set.set(field.name, field.value);
    const hash = set.size ? `#filter?${set}` : "#drifts";
    history.replaceState(null, "", hash);
  };
  const load = () => {
    const hash = location.hash;
    if (hash.startsWith("#filter?")) {
      const set = new URLSearchParams(hash.slice(8));
      for (const field of fields) {
        field.value = set.get(field.name) ?? "";
        if (field.selectedIndex === -1) field.value = "";
      }
      apply();
      document.getElementById("drifts").scrollIntoView();
      return;
    }
    const target = hash.length > 1 && document.getElementById(hash.slice(1));
    if (target && target.matches(".d")) {
      if (target.hidden) { form.reset(); }
      apply();
      target.open = true;
      target.scrollIntoView({ block: "start" });
      target.firstElementChild.focus({ preventScroll: true });
    } else apply();
  };

  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { apply(); store(); }, 80);
  });
  form.addEventListener("reset", () => setTimeout(() => { apply(); store(); }));
  form.addEventListener("submit", (event) => event.preventDefault());
  fold.addEventListener("click", () => {
    const open = fold.getAttribute("aria-pressed") !== "true";
    fold.setAttribute("aria-pressed", String(open));
    fold.textContent = open ? "Close all shown" : "Open all shown";
    for (const finding of all) if (!finding.hidden) finding.open = open;
  });
  addEventListener("hashchange", load);
  form.hidden = false;
  load();
})();
