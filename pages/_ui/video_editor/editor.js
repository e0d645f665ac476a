// The video editor: a player on top, the timeline below, one keyboard for both.

const editors = new WeakMap();

export default function (component) {
  const { data, parentElement, setStateValue, setTriggerValue } = component;
  const root = parentElement.querySelector(".editor");
  let editor = editors.get(root);
  if (!editor) {
    editor = start(root);
    editors.set(root, editor);
  }
  editor.page.frame = (frame) => setStateValue("frame", frame);
  editor.page.chosen = (id) => setStateValue("chosen", id || "");
  editor.page.edit = (edit) => setTriggerValue("edit", { ...edit, version: data.version });
  editor.show(data);
}

function start(root) {
  const page = { frame: () => {}, chosen: () => {}, edit: () => {} };
  const buttons = Object.fromEntries(
    [...root.querySelectorAll("[data-do]")].map((button) => [button.dataset.do, button]),
  );
  let told = { frame: null, chosen: null };
  let busy = false;

  const player = startPlayer(
    root,
    (frame) => timeline?.moveHead(frame),
    (frame) => {
      if (told.frame === frame) return;
      told.frame = frame;
      page.frame(frame);
    },
  );
  const timeline = startTimeline(root, {
    seek: (frame) => {
      player.pause();
      player.seek(frame);
    },
    chosen: (id) => {
      for (const name of ["duplicate", "remove"]) buttons[name].disabled = !id;
      if (told.chosen === id) return;
      told.chosen = id;
      page.chosen(id);
    },
    edit: send,
  });

  // One edit at a time: the next one would build on a version that is about to be replaced.
  function send(edit) {
    if (busy) return;
    busy = true;
    player.pause();
    page.edit({ ...edit, frame: player.frame() });
  }

  const actions = {
    play: player.toggle,
    back: () => player.step(-1),
    on: () => player.step(1),
    split: () => {
      const at = player.frame();
      const found = timeline.chosen();
      const inside = found && found.item.start < at && at < found.item.start + found.item.length;
      const target = inside ? found : timeline.under(at);
      if (target && at > target.item.start) {
        send({ track: target.track.id, id: target.item.id, op: "split", at });
      }
    },
    duplicate: () => onChosen("duplicate"),
    remove: () => onChosen("remove"),
    out: () => timeline.zoom(1 / 1.6),
    in: () => timeline.zoom(1.6),
    fit: () => timeline.zoom(0),
  };
  function onChosen(op) {
    const found = timeline.chosen();
    if (found) send({ track: found.track.id, id: found.item.id, op });
  }
  for (const [name, button] of Object.entries(buttons)) {
    button.addEventListener("click", () => actions[name]());
  }

  const keys = {
    " ": player.toggle,
    k: player.pause,
    l: player.faster,
    j: player.rewind,
    s: actions.split,
    d: actions.duplicate,
    Delete: actions.remove,
    Backspace: actions.remove,
    ArrowLeft: (event) => (event.altKey ? timeline.nudge(-1) : player.step(event.shiftKey ? -10 : -1)),
    ArrowRight: (event) => (event.altKey ? timeline.nudge(1) : player.step(event.shiftKey ? 10 : 1)),
    Home: () => player.seek(0),
    End: () => player.seek(Infinity),
  };
  root.addEventListener("keydown", (event) => {
    if (event.target.closest("button") && event.key === " ") return;
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      send({ op: event.shiftKey ? "redo" : "undo" });
      return;
    }
    const action = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });

  return {
    page,
    show(data) {
      busy = false;
      player.show(data);
      timeline.show(data);
    },
  };
}
