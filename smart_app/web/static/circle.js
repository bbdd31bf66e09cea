// The closeness circle by hand: drag somebody to another ring, or move them with the arrow keys. What is moved goes into
// the list of rings beside the picture, which is an ordinary form; without this script it is chosen there.
(() => {
  const picture = document.querySelector("svg.closeness");
  const form = document.getElementById("answers");
  const said = document.getElementById("said");
  if (!picture || !form) return;
  const zones = [...picture.querySelectorAll("[data-zone][data-code]")].sort((a, b) => a.dataset.zone - b.dataset.zone);
  const people = [...picture.querySelectorAll(".person")];
  const middle = { x: number(zones[0], "cx"), y: number(zones[0], "cy") };
  const RINGS = 3, FURTHEST = 4, RADIUS = 16, APART = 2 * RADIUS + 4;

  function number(element, name) { return Number(element.getAttribute(name)); }
  function zoneAt(place) { return zones.find((zone) => Number(zone.dataset.zone) === place); }
  function select(person) { return document.getElementById(`ring-${person.dataset.person}`); }
  function spot(person) {
    const [x, y] = person.getAttribute("transform").match(/-?[\d.]+/g).map(Number);
    return { x, y };
  }
  function put(person, { x, y }) { person.setAttribute("transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`); }
  function free(person, { x, y }) {
    return people.every((other) => other === person || Math.hypot(spot(other).x - x, spot(other).y - y) >= APART);
  }

  // Where the pointer is, in the units of the picture.
  function at(event) {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return { x: point.x, y: point.y };
  }

  function zoneUnder({ x, y }) {
    const far = Math.hypot(x - middle.x, y - middle.y);
    return zones.find((zone) => {
      if (Number(zone.dataset.zone) < RINGS) return far <= number(zone, "r");
      const left = number(zone, "x"), top = number(zone, "y");
      return x >= left && x <= left + number(zone, "width") && y >= top && y <= top + number(zone, "height");
    });
  }

  // A free place in a zone, as near to the direction of the person as there is one.
  function place(person, zone, from) {
    const index = Number(zone.dataset.zone);
    if (index < RINGS) {
      const inner = index ? number(zoneAt(index - 1), "r") : 25;
      const radius = (inner + number(zone, "r")) / 2;
      const angle = Math.atan2(from.y - middle.y, from.x - middle.x);
      const turns = [...Array(24).keys()].map((step) => angle + Math.ceil(step / 2) * (step % 2 ? 1 : -1) * Math.PI / 12);
      const spots = turns.map((turn) => ({ x: middle.x + radius * Math.cos(turn), y: middle.y + radius * Math.sin(turn) }));
      return spots.find((found) => free(person, found)) ?? spots[0];
    }
    const left = number(zone, "x") + 26, top = number(zone, "y") + 56;
    const spots = [...Array(8).keys()].map((step) => ({ x: left + (step % 4) * 40, y: top + Math.floor(step / 4) * 40 }));
    return spots.find((found) => free(person, found)) ?? spots[0];
  }

  function show(person, zone) {
    const words = `${person.dataset.label.slice(0, person.dataset.label.lastIndexOf(": "))}: ${zone.dataset.name}`;
    person.dataset.zone = zone.dataset.zone;
    person.dataset.label = words;
    person.querySelector("title").textContent = words;
    person.setAttribute("aria-valuenow", FURTHEST - Number(zone.dataset.zone));
    person.setAttribute("aria-valuetext", words.slice(words.lastIndexOf(": ") + 2));
    person.classList.add("moved");
    said.textContent = words;
  }

  function move(person, zone, from) {
    put(person, place(person, zone, from));
    show(person, zone);
    const list = select(person);
    if (list.value !== zone.dataset.code) {
      list.value = zone.dataset.code;
      list.dispatchEvent(new Event("input", { bubbles: true }));
    }
    unsaved();
  }

  function unsaved() {
    document.getElementById("unsaved").hidden = false;
    document.getElementById("save-circle").classList.remove("quiet");
  }

  function drag(person, begun) {
    const start = spot(person), from = at(begun);
    let over = null;
    const follow = (event) => {
      const now = at(event);
      put(person, { x: start.x + now.x - from.x, y: start.y + now.y - from.y });
      over?.classList.remove("over");
      over = zoneUnder(now);
      over?.classList.add("over");
    };
    const ended = new AbortController();
    const leave = () => {
      ended.abort();
      person.classList.remove("held");
      over?.classList.remove("over");
    };
    const drop = () => {
      leave();
      const here = spot(person);
      if (over && over.dataset.zone !== person.dataset.zone) move(person, over, here);
      else put(person, start);
    };
    const stop = () => { leave(); put(person, start); };
    person.classList.add("held");
    person.focus({ preventScroll: true });
    person.setPointerCapture(begun.pointerId);
    person.addEventListener("pointermove", follow, { signal: ended.signal });
    person.addEventListener("pointerup", drop, { signal: ended.signal });
    person.addEventListener("pointercancel", stop, { signal: ended.signal });
  }

  const STEPS = { ArrowUp: -1, ArrowRight: -1, ArrowDown: 1, ArrowLeft: 1 };
  function pressed(person, event) {
    const step = STEPS[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const now = Number(person.dataset.zone);
    const next = now > FURTHEST ? RINGS - 1 : Math.min(Math.max(now + step, 0), FURTHEST);
    if (next !== now) move(person, zoneAt(next), spot(person));
  }

  // A picture that can be moved is a group of sliders: how close somebody is, from the dead to the inner ring.
  picture.setAttribute("role", "group");
  picture.classList.add("moves");
  for (const person of people) {
    const parts = person.dataset.label.split(": ");
    const attributes = {
      tabindex: 0, role: "slider", "aria-label": parts.slice(0, -1).join(": "), "aria-valuetext": parts.at(-1),
      "aria-valuemin": 0, "aria-valuemax": FURTHEST, "aria-valuenow": Math.max(FURTHEST - Number(person.dataset.zone), 0),
    };
    for (const [name, value] of Object.entries(attributes)) person.setAttribute(name, value);
    person.addEventListener("pointerdown", (event) => { if (event.isPrimary && event.button === 0) drag(person, event); });
    // The page under the finger stays; a group inside a picture has no touch-action in every browser.
    person.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    person.addEventListener("keydown", (event) => pressed(person, event));
    select(person).addEventListener("change", (event) => {
      const zone = zones.find((found) => found.dataset.code === event.target.value);
      if (zone && zone.dataset.zone !== person.dataset.zone) move(person, zone, spot(person));
      else unsaved();
    });
  }
  document.getElementById("how").hidden = false;
})();
