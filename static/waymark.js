// Makes pages quicker to use. Everything works without it.
import { Button, ErrorSummary, SkipLink, createAll } from "./govuk-frontend/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
createAll(Button);
createAll(ErrorSummary);
createAll(SkipLink);

// A form that was sent is not sent again by a second press.
for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    window.setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// Filters answer at once; addresses stay short because empty fields are left out.
for (const form of document.querySelectorAll("form[data-auto-submit]")) {
  const fields = () => [...form.elements];
  form.addEventListener("submit", () => {
    for (const field of fields()) if (field.name && field.value === "") field.disabled = true;
  });
  for (const field of fields()) {
    if (field.matches("select, input[type=checkbox]")) field.addEventListener("change", () => form.requestSubmit());
    if (field.matches("input[type=radio]")) field.addEventListener("click", (event) => { if (event.detail > 0) form.requestSubmit(); });
  }
}
window.addEventListener("pageshow", () => {
  for (const field of document.querySelectorAll("form[data-auto-submit] :disabled")) field.disabled = false;
});
for (const element of document.querySelectorAll("[data-hide-with-scripts]")) element.hidden = true;

// "Where I am", by choice only: the point is rounded to about half a mile and exchanged for a neighbourhood's postcode.
for (const button of document.querySelectorAll(".search-box__here")) {
  if (!navigator.geolocation || !window.isSecureContext) break;
  const input = button.parentElement.querySelector("input");
  const told = button.closest(".search-box__field").querySelector(".search-box__told");
  const sorry = () => { told.textContent = "We could not tell where you are. Type a postcode or a town."; };
  const found = async ({ coords }) => {
    const point = new URLSearchParams({ latitude: coords.latitude.toFixed(2), longitude: coords.longitude.toFixed(2) });
    try {
      const answer = await fetch(`/api/v1/places/nearest?${point}`);
      if (!answer.ok) { sorry(); return; }
      input.value = (await answer.json()).near;
      told.textContent = "";
      input.focus();
    } catch { sorry(); }
  };
  button.hidden = false;
  button.title = "Use where I am";
  button.addEventListener("click", () => {
    told.textContent = "Looking…";
    navigator.geolocation.getCurrentPosition(found, sorry, { maximumAge: 600000, timeout: 10000 });
  });
}

// Suggestions while somebody types: a list that arrow keys walk through (ARIA: combobox with a list).
const kindWords = { category: "Category", service: "Service", place: "Near", words: "", "did you mean": "Did you mean" };
for (const [number, box] of [...document.querySelectorAll("[data-suggest]")].entries()) {
  const input = box.querySelector("input");
  const list = document.createElement("ul");
  const told = document.createElement("p");
  let options = [];
  let at = -1;
  let typed = "";
  let asking = null;
  let waiting = 0;
  list.className = "suggest";
  list.id = `suggest-${number}`;
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  told.className = "govuk-visually-hidden";
  told.setAttribute("role", "status");
  box.append(list, told);
  box.classList.add("has-suggest");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) input.setAttribute(name, value);

  const close = () => { list.hidden = true; at = -1; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); };
  const go = (option) => {
    const near = document.getElementById("near");
    if (box.dataset.suggest === "place") { input.value = option.text; close(); return; }
    if (option.kind === "words" || option.kind === "did you mean" || option.kind === "service") { input.value = option.text; close(); input.form.requestSubmit(); return; }
    const address = new URL(option.path, window.location.href);
    if (near && near.value && !address.searchParams.has("near")) address.searchParams.set("near", near.value);
    window.location.assign(address);
  };
  const mark = (to) => {
    at = to;
    for (const [index, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(index === at));
    if (at < 0) { input.removeAttribute("aria-activedescendant"); input.value = typed; return; }
    input.setAttribute("aria-activedescendant", list.children[at].id);
    input.value = options[at].kind === "category" ? typed : options[at].text;
  };
  const show = (found) => {
    options = found;
    list.replaceChildren(...options.map((option, index) => {
      const item = document.createElement("li");
      const text = document.createElement("span");
      const about = document.createElement("span");
      item.id = `${list.id}-${index}`;
      item.className = "suggest__option";
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      text.textContent = option.text;
      about.className = "suggest__about";
      about.textContent = [box.dataset.suggest === "place" ? "" : kindWords[option.kind] || "", option.detail || ""].filter(Boolean).join(" · ");
      item.append(text, about);
      item.addEventListener("mousedown", (event) => { event.preventDefault(); go(option); });
      return item;
    }));
    at = -1;
    list.hidden = options.length === 0;
    input.setAttribute("aria-expanded", String(options.length > 0));
    told.textContent = options.length === 0 ? "" : options.length === 1 ? "1 suggestion. Use the arrow keys." : `${options.length} suggestions. Use the arrow keys.`;
  };
  const ask = async () => {
    if (asking) asking.abort();
    asking = new AbortController();
    const query = new URLSearchParams({ q: typed });
    if (box.dataset.suggest) query.set("kind", box.dataset.suggest);
    try {
      const answer = await fetch(`/api/v1/suggestions?${query}`, { signal: asking.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch { /* without an answer there are no suggestions */ }
  };
  input.addEventListener("input", () => {
    typed = input.value;
    window.clearTimeout(waiting);
    if (typed.trim().length < 2) { if (asking) asking.abort(); show([]); return; }
    waiting = window.setTimeout(ask, 120);
  });
  input.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1 >= options.length ? -1 : at + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(at < 0 ? options.length - 1 : at - 1); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); go(options[at]); }
    else if (event.key === "Escape") { event.preventDefault(); input.value = typed; close(); }
  });
  input.addEventListener("blur", () => { window.clearTimeout(waiting); close(); });
  input.form.addEventListener("submit", () => { window.clearTimeout(waiting); if (asking) asking.abort(); });
}

// The cost of a purchase while it is typed. The server works it out again.
for (const form of document.querySelectorAll("form[data-cost]")) {
  const words = form.querySelector("[data-cost-words]");
  const pounds = (pence) => new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" }).format(pence / 100);
  const show = () => {
    const option = form.querySelector("input[name=option]:checked");
    const quantity = Number.parseInt(form.elements.quantity.value, 10);
    const known = option && quantity > 0 && quantity < 1000 && /^\d+$/.test(form.elements.quantity.value.trim());
    words.hidden = !known;
    if (!known) return;
    const cost = quantity * Number(option.dataset.pence);
    const left = Number(form.dataset.available) - cost;
    const unit = quantity === 1 ? option.dataset.unit : option.dataset.units;
    words.classList.toggle("live-cost--short", left < 0);
    words.textContent = left < 0
      ? `${quantity} ${unit} cost ${pounds(cost)}. That is ${pounds(-left)} more than is available.`
      : `${quantity} ${unit} cost ${pounds(cost)}. ${pounds(left)} would be left.`;
  };
  form.addEventListener("input", show);
  show();
}

// Printing by a button; without scripts the browser's own does it.
for (const element of document.querySelectorAll("[data-show-with-scripts]")) element.hidden = false;
for (const button of document.querySelectorAll("[data-print]")) button.addEventListener("click", () => window.print());

// On a wide screen the filters stand open: for assistive technology too, not only to the eye.
const panel = document.querySelector("details.filters");
if (panel && window.matchMedia("(min-width: 62em)").matches) panel.open = true;

// What a line of a plan costs in its year, while it is typed. The server works it out again, to the day.
for (const form of document.querySelectorAll("form[data-plan-line]")) {
  const words = form.querySelector("[data-plan-line-words]");
  const pounds = (pence) => new Intl.NumberFormat("en-GB", { style: "currency", currency: "GBP" }).format(pence / 100);
  const show = () => {
    const option = form.querySelector("input[name=option]:checked");
    const free = form.elements.is_free && form.elements.is_free.checked;
    const typed = form.elements.price ? form.elements.price.value.trim().replace(/[£, ]/g, "") : "";
    const price = option ? Number(option.dataset.pence) : /^\d+(\.\d{1,2})?$/.test(typed) ? Math.round(Number(typed) * 100) : 0;
    const quantity = Number.parseInt(form.elements.quantity.value, 10);
    const known = quantity > 0 && quantity < 1000 && (price > 0 || free);
    words.hidden = !known;
    if (!known) return;
    const often = { weekly: Number(form.dataset.days) / 7, monthly: 12, once: 1 }[form.elements.rhythm.value] || 0;
    const total = free && !option ? 0 : Math.round(quantity * price * often);
    const left = "left" in form.dataset ? Number(form.dataset.left) - total : null;
    words.classList.toggle("live-cost--short", left !== null && left < 0);
    words.textContent = left === null ? `That is ${pounds(total)} in the year.`
      : left < 0 ? `That is ${pounds(total)} in the year: ${pounds(-left)} more than there is.`
      : `That is ${pounds(total)} in the year. ${pounds(left)} would be left.`;
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
  show();
}
