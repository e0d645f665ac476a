// Paints a mask over a picture: white where a person painted, black elsewhere, in the picture's own
// pixels. Strokes are kept as data, so that each can be taken back.

const SHOWN = "#F2545B"; // what is painted, over the picture
const sessions = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".mask");
  const known = sessions.get(root);
  if (known && known.picture === data.id) {
    known.send = setTriggerValue;
    return;
  }
  known?.stop();
  sessions.set(root, start(root, data, setTriggerValue));
}

function start(root, data, setTriggerValue) {
  const canvas = root.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const said = root.querySelector(".said");
  const brush = root.querySelector("[data-brush]");
  const stopping = new AbortController();
  const session = {
    picture: data.id, // the link to it is signed anew each time
    send: setTriggerValue,
    strokes: [],
    inverted: false,
    erase: false,
    stop: () => stopping.abort(),
  };
  canvas.width = data.width;
  canvas.height = data.height;
  const picture = root.querySelector("img");
  picture.src = data.source;
  picture.alt = data.alt;

  const listen = (target, name, action) =>
    target.addEventListener(name, action, { signal: stopping.signal });
  const redraw = () => draw(pen, session, SHOWN);

  function at(event) {
    const box = canvas.getBoundingClientRect();
    return [
      ((event.clientX - box.left) / box.width) * canvas.width,
      ((event.clientY - box.top) / box.height) * canvas.height,
    ];
  }

  let drawing = null;
  listen(canvas, "pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const width = (Number(brush.value) / 100) * canvas.width;
    drawing = { width, erase: session.erase, points: [at(event)] };
    session.strokes.push(drawing);
    redraw();
  });
  listen(canvas, "pointermove", (event) => {
    if (!drawing) return;
    drawing.points.push(at(event));
    redraw();
  });
  const lift = () => {
    drawing = null;
  };
  listen(canvas, "pointerup", lift);
  listen(canvas, "pointercancel", lift);

  const actions = {
    undo: () => session.strokes.pop(),
    clear: () => {
      session.strokes = [];
      session.inverted = false;
    },
    invert: () => {
      session.inverted = !session.inverted;
    },
    use: () => {
      if (!session.strokes.some((stroke) => !stroke.erase) && !session.inverted) {
        said.textContent = "Nothing is painted yet.";
        return;
      }
      session.send("mask", asMask(canvas, session));
      said.textContent = "The mask is in use. Paint on and use it again to change it.";
    },
  };
  for (const button of root.querySelectorAll("[data-do]")) {
    listen(button, "click", () => {
      actions[button.dataset.do]();
      redraw();
    });
  }
  for (const button of root.querySelectorAll("[data-tool]")) {
    listen(button, "click", () => {
      session.erase = button.dataset.tool === "erase";
      for (const other of root.querySelectorAll("[data-tool]")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
    });
  }
  listen(canvas, "keydown", (event) => {
    const step = { "[": -2, "]": 2 }[event.key];
    if (step) brush.value = Number(brush.value) + step;
    if (event.key === "z" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      actions.undo();
      redraw();
    }
  });
  return session;
}

function draw(pen, session, colour) {
  const { width, height } = pen.canvas;
  pen.clearRect(0, 0, width, height);
  pen.lineCap = pen.lineJoin = "round";
  for (const stroke of session.strokes) {
    pen.globalCompositeOperation = stroke.erase ? "destination-out" : "source-over";
    pen.strokeStyle = pen.fillStyle = colour;
    pen.lineWidth = stroke.width;
    pen.beginPath();
    const [first, ...rest] = stroke.points;
    if (rest.length === 0) {
      pen.arc(first[0], first[1], stroke.width / 2, 0, 2 * Math.PI);
      pen.fill();
      continue;
    }
    pen.moveTo(...first);
    rest.forEach((point) => pen.lineTo(...point));
    pen.stroke();
  }
  pen.globalCompositeOperation = "source-over";
  if (!session.inverted) return;
  pen.globalCompositeOperation = "source-out";
  pen.fillStyle = colour;
  pen.fillRect(0, 0, width, height);
  pen.globalCompositeOperation = "source-over";
}

function asMask(canvas, session) {
  const mask = document.createElement("canvas");
  mask.width = canvas.width;
  mask.height = canvas.height;
  const pen = mask.getContext("2d");
  draw(pen, session, "#FFFFFF");
  pen.globalCompositeOperation = "destination-over";
  pen.fillStyle = "#000000";
  pen.fillRect(0, 0, mask.width, mask.height);
  return mask.toDataURL("image/png");
}
