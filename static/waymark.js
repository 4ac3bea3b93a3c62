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
