// Pieces of a prompt are links to the fields they came from. A plain click stays on the page: it opens
// the tab, brings the field into view and puts the cursor there. Every other way of opening a link
// (a new tab, a copied address) follows its address, which does the same on arrival.

const RUNNING = '.stApp:not([data-test-script-state="notRunning"])';
const PATIENCE_MS = 8000;

export default function ({ data }) {
  if (!document.gatorFieldLinks) {
    document.gatorFieldLinks = { seen: "" };
    document.addEventListener("click", followed);
  }
  if (data.open && document.gatorFieldLinks.seen !== data.open.visit) {
    document.gatorFieldLinks.seen = data.open.visit;
    waitFor(() => find(data.open.keys, "")).then((field) => field && show(field));
  }
}

function followed(event) {
  const link = event.target.closest?.("a[data-field]");
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain) return;
  const field = find(link.dataset.keys, link.lastChild.textContent);
  event.preventDefault();
  if (field) show(field);
  else window.open(link.href, "_blank", "noopener");
}

// "prefix|suffix" of the class that a field's key gives it; among several, the one that holds the words.
function find(keys, words) {
  const [prefix, suffix] = keys.split("|");
  const fits = (name) =>
    suffix ? name.startsWith(prefix) && name.endsWith(suffix) : name === prefix;
  const found = [...document.querySelectorAll(`[class*="${prefix}"]`)].filter((one) =>
    [...one.classList].some(fits),
  );
  const holds = (one) =>
    [...one.querySelectorAll("input, textarea")].some((box) => box.value.includes(words.trim()));
  return (words && found.find(holds)) || found[0];
}

async function show(field) {
  const panel = field.closest('[role="tabpanel"]');
  const tab = panel && document.getElementById(panel.getAttribute("aria-labelledby"));
  if (tab && tab.getAttribute("aria-selected") !== "true") tab.click();
  await waitFor(() => field.offsetParent);
  bring(field);
  // What a tab looks up as it opens may push the field away again.
  await waitFor(() => !document.querySelector(RUNNING));
  bring(field);
  const box = field.querySelector("input, textarea, button");
  box?.focus({ preventScroll: true });
  field.animate(
    [{ outline: "3px solid var(--g-accent)" }, { outline: "3px solid transparent" }],
    { duration: 1600 },
  );
}

function bring(field) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  field.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
}

async function waitFor(there) {
  const end = performance.now() + PATIENCE_MS;
  while (performance.now() < end) {
    const found = there();
    if (found) return found;
    await new Promise((next) => setTimeout(next, 60));
  }
  return null;
}
