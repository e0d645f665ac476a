// Plays the newest draft. Without one it still keeps a place, so that the timeline can be edited.

function startPlayer(root, moved, settled) {
  const video = root.querySelector("video");
  const screen = root.querySelector(".screen");
  const none = root.querySelector(".none");
  const zone = root.querySelector(".zone");
  const at = root.querySelector(".at");
  const button = root.querySelector('[data-do="play"]');
  let data = { rate: 30, frames: 1, size: [9, 16] };
  let place = 0;
  let loaded = "";
  let backwards = 0;

  const playable = () => Boolean(data.source);
  const bounded = (frame) => Math.max(0, Math.min(data.frames - 1, frame));
  const shown = () => (playable() ? bounded(Math.floor(video.currentTime * data.rate + 0.01)) : place);

  function say() {
    place = shown();
    at.textContent = `${clock(place, data.rate)} / ${clock(data.frames, data.rate)}`;
    moved(place);
  }

  // The middle of a frame: browsers round times, and an edge may belong to either side.
  function seek(frame) {
    place = bounded(frame);
    if (playable()) video.currentTime = (place + 0.5) / data.rate;
    else settled(place);
    say();
  }

  function pause() {
    clearInterval(backwards);
    backwards = 0;
    video.pause();
  }

  function play(speed) {
    if (!playable()) return;
    pause();
    if (shown() >= data.frames - 1) video.currentTime = 0;
    video.playbackRate = speed;
    video.play();
  }

  // Browsers do not play backwards; stepping does what editors expect of J.
  function rewind() {
    if (!playable()) return;
    pause();
    backwards = setInterval(() => {
      if (shown() === 0) pause();
      else seek(shown() - Math.max(1, Math.round(data.rate / 12)));
    }, 83);
  }

  function follow() {
    say();
    if (!video.paused && !video.ended) requestAnimationFrame(follow);
  }

  video.addEventListener("play", () => {
    button.textContent = "❚❚";
    follow();
  });
  video.addEventListener("pause", () => {
    button.textContent = "▶";
    say();
    settled(place);
  });
  video.addEventListener("seeked", () => {
    say();
    if (video.paused && !backwards) settled(place);
  });
  video.addEventListener("loadedmetadata", say);

  function show(next) {
    data = next;
    const [width, height] = data.size;
    screen.style.aspectRatio = `${width} / ${height}`;
    // As tall as a phone held at arm's length, never wider than its column.
    screen.style.width = `min(100%, ${(27 * width) / height}rem)`;
    video.setAttribute("aria-label", data.label);
    none.hidden = playable();
    none.textContent = data.none || "";
    video.hidden = !playable();
    // The link is signed anew at every run of the page; only another draft interrupts.
    if (loaded !== data.draft) {
      const stood = place;
      loaded = data.draft;
      if (playable()) {
        video.src = data.source;
        video.addEventListener("loadedmetadata", () => seek(stood), { once: true });
      }
    }
    place = bounded(place);
    showZone();
    say();
  }

  function showZone() {
    zone.hidden = !data.zone;
    if (!data.zone) return;
    for (const side of ["left", "top", "right", "bottom"]) {
      zone.style[side] = `${data.zone[side] * 100}%`;
    }
    zone.querySelector("span").textContent = data.zone.label;
  }

  return {
    show,
    seek,
    pause,
    rewind,
    frame: () => place,
    step: (by) => {
      pause();
      seek(shown() + by);
    },
    toggle: () => (video.paused ? play(1) : pause()),
    faster: () => play(video.paused ? 1 : Math.min(4, video.playbackRate * 2)),
  };
}

function clock(frame, rate) {
  const seconds = Math.floor(frame / rate);
  const rest = Math.round(frame - Math.ceil(seconds * rate));
  const two = (number) => String(Math.max(0, number)).padStart(2, "0");
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}.${two(rest)}`;
}
