"""Designed cards without a model: typography, colour fields and drawings, from a spec to pixels.

`render.render_card(spec.CardSpec(...))` returns a `spec.CardResult`; `avatars.avatar_image` draws a
persona's avatar alone; `names` lists what can be asked for. Everything is computed from the spec
and its seed; nothing is read but the shipped fonts and drawings.

How a card comes to be: `choose` replaces every "auto", `families` lays the texts out on a `plan`
(with `blocks`, `linebreak` and `typeset`), `scheme` derives colours from the palette, `grounds`
paints, `render` measures contrast and veils what is not readable, `draw` sets the ink.
"""
