"use strict";
// Everything can be read without this: it filters, and opens what a link points at.
(() => {
  // most of a large page stands in <noscript>, a text for whoever runs this: elements are made of
  // it when they are asked for, and of the rest when nothing else is to be done
  const make = (within) => {
    for (const part of within.querySelectorAll("noscript")) part.outerHTML = part.textContent;
  };
  const idle = globalThis.requestIdleCallback ?? ((work) => setTimeout(work, 20));
  const makeRest = () => {
    const rest = document.querySelectorAll("main noscript").values();
    const work = () => {
      const end = performance.now() + 8;
      for (const part of rest) {
        if (part.isConnected) part.outerHTML = part.textContent;
        if (performance.now() > end) { idle(work); return; }
      }
    };
    idle(work);
  };
  // a toggle does not bubble
  document.addEventListener("toggle", (event) => { if (event.target.open) make(event.target); }, true);
  addEventListener("beforeprint", () => make(document));
  addEventListener("load", makeRest);

  const form = document.getElementById("filters");
  if (!form) return;
  const list = document.getElementById("list");
  const { total } = list.dataset;
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
  const findings = () => { make(list); return list.children; };

  let filtered = false;
  const apply = () => {
    const chosen = fields.filter((field) => field.name !== "q" && field.value);
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const before = filtered;
    filtered = chosen.length + words.length > 0;
    let shown = filtered ? 0 : total;
    if (filtered || before) {
      for (const finding of findings()) {
        const fits =
          chosen.every((field) => finding.dataset[field.name] === field.value) &&
          words.every((word) => text(finding).includes(word));
        if (finding.hidden === fits) finding.hidden = !fits;
        if (filtered && fits) shown += 1;
      }
    }
    none.hidden = shown > 0;
    count.textContent = `${shown} of ${total} differences shown`;
    fold.disabled = shown === 0;
  };

  // the address has the filters, so that a view can be shared: #filter?kind=table&q=users
  const store = () => {
    const set = new URLSearchParams();
    for (const field of fields) if (field.value) set.set(field.name, field.value);
    const hash = set.size ? `#filter?${set}` : "#drifts";
    history.replaceState(null, "", hash);
  };
  const found = (id) => {
    if (!document.getElementById(id)) make(list);
    return document.getElementById(id);
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
    const target = hash.length > 1 && found(hash.slice(1));
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
    for (const finding of findings()) if (!finding.hidden) finding.open = open;
  });
  addEventListener("hashchange", load);
  form.hidden = false;
  load();
})();
