// Draws the tracks and turns gestures into edits. The page is told once, when a gesture ends.

const SHORTEST = 3; // frames
const SNAP_PX = 8;

function startTimeline(root, tell) {
  const scroll = root.querySelector(".scroll");
  const inner = root.querySelector(".inner");
  const ruler = root.querySelector(".ruler");
  const tracks = root.querySelector(".tracks");
  const marks = root.querySelector(".marks");
  const insert = root.querySelector(".insert");
  const snapLine = root.querySelector(".snap");
  const head = root.querySelector(".head");
  const tip = root.querySelector(".tip");
  let data = { tracks: [], frames: 1, rate: 30, markers: [] };
  let scale = 0; // pixels a frame; 0 until the first drawing fits the whole video
  let chosen = null;
  let frame = 0;
  let drawn = "";
  let gesture = false; // somebody drags: what is drawn must stay under the pointer
  let waits = false; // an edit was sent; if nothing came of it, what moved goes back

  const px = (frames) => frames * scale;
  const fitting = () => Math.max(0.02, (scroll.clientWidth - 12) / Math.max(1, data.frames));

  // The page runs again for every click; only another version, or a refused edit, is drawn anew.
  function show(next) {
    const key = `${next.id}:${next.version}`;
    if (gesture || (key === drawn && !waits)) return;
    const other = data.id !== next.id;
    data = next;
    if (!find(chosen)) chosen = null;
    if (!scale || other || scale < fitting()) scale = fitting();
    drawn = key;
    waits = false;
    draw();
  }

  function find(id) {
    for (const track of data.tracks) {
      const item = track.items.find((one) => one.id === id);
      if (item) return { track, item };
    }
    return null;
  }

  function draw() {
    inner.style.width = `${Math.max(scroll.clientWidth - 2, px(data.frames) + 24)}px`;
    drawRuler();
    tracks.replaceChildren(...data.tracks.map(drawTrack));
    marks.replaceChildren(
      ...(scale * data.rate > 6 ? data.markers : []).map((at) => {
        const line = document.createElement("i");
        line.style.left = `${px(at)}px`;
        return line;
      }),
    );
    moveHead(frame);
    tell.chosen(chosen);
  }

  function drawRuler() {
    const steps = [0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
    const step = steps.find((one) => px(one * data.rate) >= 64) || 1200;
    const lines = [];
    for (let at = 0; at <= data.frames / data.rate + 1e-6; at += step) {
      const line = document.createElement("i");
      line.className = "big";
      line.style.left = `${px(at * data.rate)}px`;
      const text = document.createElement("span");
      text.textContent = step < 1 ? `${at.toFixed(1)} s` : clock(at * data.rate, data.rate).slice(0, -3);
      line.append(text);
      lines.push(line);
    }
    ruler.replaceChildren(...lines);
  }

  function drawTrack(track) {
    const row = document.createElement("div");
    row.className = `track ${track.kind}`;
    const name = document.createElement("b");
    name.textContent = track.name;
    row.append(...track.items.map((item) => drawItem(track, item)), name);
    return row;
  }

  function drawItem(track, item) {
    const box = document.createElement("div");
    box.className = `item${item.gap ? " gap" : ""}${item.id === chosen ? " chosen" : ""}`;
    box.style.left = `${px(item.start)}px`;
    box.style.width = `${Math.max(2, px(item.length))}px`;
    if (item.gap) return box;
    if (item.thumb) box.style.backgroundImage = `url("${item.thumb}")`;
    if (item.peaks) box.append(wave(item.peaks));
    if (item.change) {
      const change = document.createElement("div");
      change.className = "change";
      change.style.width = `${px(item.change)}px`;
      box.append(change);
    }
    const label = document.createElement("em");
    label.textContent = item.label;
    const [left, right] = ["l", "r"].map((side) => {
      const edge = document.createElement("div");
      edge.className = `edge ${side}`;
      return edge;
    });
    box.append(label, left, right);
    box.tabIndex = 0;
    box.setAttribute("role", "button");
    const length = (item.length / data.rate).toFixed(1);
    box.setAttribute("aria-label", `${track.name}: ${item.label}, ${length} seconds`);
    box.setAttribute("aria-pressed", String(item.id === chosen));
    box.dataset.id = item.id;
    box.addEventListener("focus", () => choose(item.id));
    gestures(box, track, item);
    return box;
  }

  function wave(peaks) {
    const canvas = document.createElement("canvas");
    canvas.width = peaks.length;
    canvas.height = 40;
    const pen = canvas.getContext("2d");
    pen.fillStyle = "rgb(255 255 255 / .85)";
    peaks.forEach((peak, x) => pen.fillRect(x, 20 - peak * 19, 1, Math.max(1, peak * 38)));
    return canvas;
  }

  function choose(id) {
    if (chosen === id) return;
    chosen = id;
    for (const box of tracks.querySelectorAll(".item")) {
      box.classList.toggle("chosen", box.dataset.id === id);
      if (box.dataset.id) box.setAttribute("aria-pressed", String(box.dataset.id === id));
    }
    tell.chosen(id);
  }

  // ---------------------------------------------------------------- gestures

  function gestures(box, track, item) {
    let dx = 0;
    const begin = () => {
      gesture = true;
      dx = 0;
      choose(item.id);
    };
    const end = (edit) => {
      gesture = false;
      box.classList.remove("moving");
      insert.hidden = snapLine.hidden = tip.hidden = true;
      if (edit) {
        box.classList.add("waits");
        waits = true;
        tell.edit({ track: track.id, id: item.id, ...edit });
      } else {
        box.style.transform = "";
      }
    };
    interact(box)
      .draggable({
        startAxis: "x",
        lockAxis: "x",
        ignoreFrom: ".edge",
        listeners: {
          start() {
            begin();
            box.classList.add("moving");
          },
          move(event) {
            dx += event.dx;
            const by = track.kind === "picture" ? dx : snapped(item, dx);
            box.style.transform = `translateX(${by}px)`;
            if (track.kind === "picture") showInsertion(track, item, dx);
            else say(box, clock(Math.max(0, item.start + Math.round(by / scale)), data.rate));
          },
          end() {
            if (track.kind === "picture") {
              const to = insertion(track, item, dx);
              const from = clips(track).indexOf(item);
              end(to !== from ? { op: "move", to } : null);
              return;
            }
            const start = Math.max(0, item.start + Math.round(snapped(item, dx) / scale));
            end(start !== item.start ? { op: "place", start } : null);
          },
        },
      })
      .resizable({
        edges: { left: ".edge.l", right: ".edge.r" },
        listeners: {
          start: begin,
          move(event) {
            const right = Boolean(event.edges.right);
            dx += right ? event.deltaRect.right : event.deltaRect.left;
            const by = trimmed(item, right, dx);
            const from = right ? item.start : item.start + by;
            const length = right ? item.length + by : item.length - by;
            // On the picture track what is cut from the front moves up: only the width changes.
            box.style.left = `${px(track.kind === "picture" ? item.start : from)}px`;
            box.style.width = `${px(length)}px`;
            say(box, `${(length / data.rate).toFixed(2)} s`);
          },
          end(event) {
            const right = Boolean(event.edges.right);
            const by = trimmed(item, right, dx);
            end(by ? { op: "trim", edge: right ? "end" : "start", by } : null);
          },
        },
      });
  }

  function trimmed(item, right, dx) {
    const by = Math.round(dx / scale);
    const most = item.most ?? Infinity;
    if (right) return Math.max(SHORTEST - item.length, Math.min(by, most - item.length));
    const head = item.head ?? Infinity; // how much of the source lies before it
    return Math.min(item.length - SHORTEST, Math.max(by, -head));
  }

  function snapped(item, dx) {
    const edges = [0, frame, data.frames, ...data.markers];
    for (const track of data.tracks) {
      for (const one of track.items) {
        if (one.id !== item.id && !one.gap) edges.push(one.start, one.start + one.length);
      }
    }
    const start = px(item.start) + dx;
    let best = null;
    for (const edge of edges) {
      for (const own of [0, px(item.length)]) {
        const off = px(edge) - (start + own);
        if (Math.abs(off) <= SNAP_PX && (!best || Math.abs(off) < Math.abs(best.off))) {
          best = { off, at: px(edge) };
        }
      }
    }
    snapLine.hidden = !best;
    if (best) snapLine.style.left = `${best.at}px`;
    return Math.max(-px(item.start), dx + (best ? best.off : 0));
  }

  const clips = (track) => track.items.filter((one) => !one.gap);

  function insertion(track, item, dx) {
    const middle = px(item.start + item.length / 2) + dx;
    const others = clips(track).filter((one) => one !== item);
    return others.filter((one) => px(one.start + one.length / 2) < middle).length;
  }

  function showInsertion(track, item, dx) {
    const others = clips(track).filter((one) => one !== item);
    const to = insertion(track, item, dx);
    const last = others[others.length - 1];
    const at = to < others.length ? others[to].start : last ? last.start + last.length : 0;
    insert.hidden = false;
    insert.style.left = `${px(at)}px`;
  }

  function say(box, text) {
    const own = box.getBoundingClientRect();
    const whole = root.getBoundingClientRect();
    tip.hidden = false;
    tip.textContent = text;
    tip.style.left = `${Math.max(0, own.left - whole.left)}px`;
    tip.style.top = `${own.top - whole.top - 26}px`;
  }

  // ---------------------------------------------------------------- the playhead and the ruler

  function moveHead(to) {
    frame = to;
    head.style.transform = `translateX(${px(to)}px)`;
  }

  function seekTo(event) {
    const box = inner.getBoundingClientRect();
    tell.seek(Math.round((event.clientX - box.left) / scale));
  }
  ruler.addEventListener("pointerdown", (event) => {
    ruler.setPointerCapture(event.pointerId);
    seekTo(event);
  });
  ruler.addEventListener("pointermove", (event) => {
    if (ruler.hasPointerCapture(event.pointerId)) seekTo(event);
  });

  function zoom(times) {
    const middle = (scroll.scrollLeft + scroll.clientWidth / 2) / scale;
    scale = times ? Math.min(40, Math.max(fitting(), scale * times)) : fitting();
    draw();
    scroll.scrollLeft = middle * scale - scroll.clientWidth / 2;
  }
  new ResizeObserver(() => {
    if (scale && scale < fitting()) zoom(0);
  }).observe(scroll);

  // What the keyboard does to the chosen item: one place, or one frame, at a time.
  function nudge(by) {
    const found = find(chosen);
    if (!found) return false;
    const { track, item } = found;
    if (track.kind === "picture") {
      const at = clips(track).indexOf(item);
      const to = Math.max(0, Math.min(clips(track).length - 1, at + by));
      if (to !== at) tell.edit({ track: track.id, id: item.id, op: "move", to });
    } else {
      const start = Math.max(0, item.start + by);
      waits = true;
      tell.edit({ track: track.id, id: item.id, op: "place", start });
    }
    return true;
  }

  return {
    show,
    moveHead,
    zoom,
    nudge,
    choose,
    chosen: () => find(chosen),
    under: (at) => {
      const picture = data.tracks.find((track) => track.kind === "picture");
      const hit = (one) => !one.gap && one.start <= at && at < one.start + one.length;
      const item = picture?.items.find(hit);
      return item ? { track: picture, item } : null;
    },
  };
}
