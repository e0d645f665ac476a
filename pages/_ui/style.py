"""The few rules of CSS the theme cannot say, in one place. Colours follow light and dark."""

from __future__ import annotations

import streamlit as st

# light-dark() follows the colour scheme Streamlit sets on its root, so one rule serves both themes.
_TOKENS = """
.stApp {
  --g-ink: light-dark(#1B231F, #E8ECE7);
  --g-soft: light-dark(#5E6862, #A2ADA6);
  --g-line: light-dark(#E2DFD3, #2E3732);
  --g-card: light-dark(#FFFFFF, #191F1C);
  --g-well: light-dark(#F2F0E8, #1F2623);
  --g-accent: light-dark(#17855A, #3FBF88);
  --g-accent-ink: light-dark(#0F5F41, #8CE3BF);
  --g-accent-wash: light-dark(#E3F1E8, #173328);
  --g-warn: light-dark(#9A4F12, #EBA566);
  --g-warn-wash: light-dark(#FBEEDF, #33261A);
  --g-bad: light-dark(#A2332A, #F08C80);
  --g-bad-wash: light-dark(#FAE9E6, #382120);
  --g-info: light-dark(#2F649B, #86B8EA);
  --g-info-wash: light-dark(#E6EEF6, #1B2935);
  --g-plum: light-dark(#6D4E9C, #BFA3EC);
  --g-plum-wash: light-dark(#EFE9F6, #29223A);
  --g-gold: light-dark(#7D600A, #E5C658);
  --g-gold-wash: light-dark(#F7F0D8, #302A17);
  --g-shadow: light-dark(0 1px 2px rgb(40 36 20 / .05), 0 1px 2px rgb(0 0 0 / .4));
  --g-small: .8125rem;
  --g-tiny: .75rem;
}
"""

_FRAME = """
.stMainBlockContainer { max-width: 1240px; padding: 3.25rem 2.5rem 5rem; }
.stAppHeader { background: transparent; }
.stMain h1, .stMain h2, .stMain h3 { letter-spacing: -.012em; }
.stMain h1 { padding: 0; line-height: 1.15; }
.stMain h2, .stMain h3 { padding: .35rem 0 .45rem; line-height: 1.25; }
.g-gap { height: 1.1rem; }
.g-lead { color: var(--g-soft); max-width: 62ch; margin: .35rem 0 .4rem; line-height: 1.5; }
.g-soft { color: var(--g-soft); font-size: var(--g-small); line-height: 1.45; }
.g-eyebrow { color: var(--g-soft); font-size: var(--g-tiny); font-weight: 600;
  letter-spacing: .06em; text-transform: uppercase; }
.g-icon { font-family: "Material Symbols Rounded"; font-weight: 400; font-style: normal;
  font-size: 1.15em; line-height: 1; vertical-align: -.18em; font-feature-settings: "liga";
  letter-spacing: normal; text-transform: none; white-space: nowrap; display: inline-block; }
[data-testid="stCaptionContainer"], [data-testid="stCaptionContainer"] p {
  color: var(--g-soft); opacity: 1; }
.stMain [data-testid="stPageLink-NavLink"] { background: transparent; padding: .3rem .55rem; }
.stMain [data-testid="stPageLink-NavLink"]:hover { background: var(--g-well); }
.stMain [data-testid="stPageLink-NavLink"] p { font-weight: 450; }
[class*="st-key-card"] [data-testid="stPageLink"] { margin-left: -.55rem; }
[data-testid="stSidebarNav"] a { border-radius: .6rem; padding-block: .34rem; }
[data-testid="stSidebarNav"] a[aria-current="page"] {
  background: rgb(79 211 155 / .16); box-shadow: inset 3px 0 0 #4FD39B; }
[data-testid="stNavSectionHeader"] { letter-spacing: .06em; text-transform: uppercase;
  font-size: .6875rem; font-weight: 600; opacity: .62; }
[data-testid="stTabs"] [role="tablist"] { gap: 1.1rem; }
[data-testid="stBaseButton-primary"], [data-testid="stBaseButton-primaryFormSubmit"] {
  font-weight: 600; color: light-dark(#FFFFFF, #0B1511); }
[data-testid="stBaseButton-secondary"] { background: var(--g-card); }
"""

_CARDS = """
[class*="st-key-card"] { background: var(--g-card); border: 1px solid var(--g-line);
  border-radius: 1rem; padding: 1.15rem 1.25rem; box-shadow: var(--g-shadow); }
[class*="st-key-well"] { background: var(--g-well); border-radius: 1rem; padding: 1.15rem 1.25rem; }
[class*="st-key-empty"] { border: 1.5px dashed var(--g-line); border-radius: 1.1rem;
  padding: 2.6rem 1.5rem; text-align: center; align-items: center; }
[class*="st-key-empty"] h3 { text-align: center; }
[class*="st-key-notice-bad"], [class*="st-key-notice-good"] { border-radius: .9rem;
  padding: .8rem 1.1rem; }
[class*="st-key-notice-bad"] { background: var(--g-bad-wash); border-left: 4px solid var(--g-bad); }
[class*="st-key-notice-good"] { background: var(--g-accent-wash);
  border-left: 4px solid var(--g-accent); }
.g-empty-icon { font-size: 2.1rem; color: var(--g-accent); }
.g-row { display: flex; gap: .8rem; align-items: center; min-width: 0; }
.g-row > div { min-width: 0; }
.g-title { font-weight: 620; line-height: 1.3; overflow-wrap: anywhere; }
.g-avatar { width: 3rem; height: 3rem; flex: none; border-radius: 50%; display: grid;
  place-items: center; font: 600 1.15rem Fraunces, Georgia, serif; }
img.g-avatar { object-fit: cover; }
.g-avatar.small { width: 2.1rem; height: 2.1rem; font-size: .9rem; }
.g-chip { display: inline-flex; gap: .3rem; align-items: center; padding: .12rem .55rem;
  border-radius: 1rem; font-size: var(--g-tiny); font-weight: 560; background: var(--g-well);
  color: var(--g-ink); margin: 0 .25rem .25rem 0; }
.g-thumb { width: 100%; border-radius: .8rem; display: block; background: var(--g-well);
  object-fit: contain; }
.g-media { position: relative; }
.g-badge { position: absolute; right: .5rem; bottom: .5rem; display: inline-flex; gap: .3rem;
  align-items: center; padding: .1rem .5rem; border-radius: .5rem; background: rgb(9 20 15 / .78);
  color: #F4F7F3; font-size: var(--g-tiny); font-weight: 560;
  font-variant-numeric: tabular-nums; }
.g-player { width: 100%; display: block; border-radius: .8rem; }
video.g-player { background: #0B1511; max-height: 76vh; }
.g-two-lines { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical;
  overflow: hidden; }
.g-cover { height: 5.25rem; margin: -1.15rem -1.25rem 0; border-radius: 1rem 1rem 0 0;
  background: radial-gradient(at 12% 85%, var(--c1) 0, transparent 55%),
    radial-gradient(at 88% 10%, var(--c2) 0, transparent 52%),
    radial-gradient(at 60% 100%, var(--c3) 0, transparent 45%), var(--c0); }
.g-cover + .g-row { margin-top: .8rem; }
.g-cover + .g-row .g-avatar { margin-top: -2.1rem; box-shadow: 0 0 0 3px var(--g-card); }
.g-list { display: grid; grid-template-columns: max-content max-content 1fr; gap: 0 1.1rem; }
.g-list > div { display: grid; grid-template-columns: subgrid; grid-column: 1 / -1;
  align-items: baseline; padding: .62rem 0; border-top: 1px solid var(--g-line); }
.g-list > div:first-child { border-top: 0; }
.g-state { display: inline-flex; gap: .3rem; align-items: center; font-size: var(--g-small);
  font-weight: 560; }
.g-state.good { color: var(--g-accent-ink); } .g-state.bad { color: var(--g-bad); }
.g-state.quiet { color: var(--g-soft); }
.g-facts { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin: 0;
  font-size: var(--g-small); }
.g-facts, .g-facts dt, .g-facts dd { margin: 0 !important; padding: 0 !important; }
.g-facts dt { color: var(--g-soft); } .g-facts dd { overflow-wrap: anywhere; }
.g-problem { color: var(--g-bad); font-size: var(--g-small); font-weight: 540; margin-top: -.6rem; }
.g-warning { color: var(--g-warn); font-size: var(--g-small); font-weight: 540; line-height: 1.45; }
.g-changes { margin: 0 !important; padding-left: 1.1rem !important; font-size: var(--g-small);
  line-height: 1.5; overflow-wrap: anywhere; }
.g-proposal { margin: -.5rem 0 .2rem 1.75rem; overflow-wrap: anywhere; }
.g-proposal b { color: var(--g-ink); font-weight: 540; }
.g-finding { border-left: 3px solid var(--g-warn); padding: .1rem 0 .1rem .8rem;
  font-size: var(--g-small); line-height: 1.45; }
.g-day { display: flex; align-items: baseline; gap: .6rem; border-bottom: 1px solid var(--g-line);
  padding-bottom: .35rem; margin-top: .6rem; }
.g-day b { font: 580 1.1875rem Fraunces, Georgia, serif; }
"""

_LIBRARY = """
.st-key-card-bulk { position: sticky; top: 3.4rem; z-index: 20; padding: .55rem .9rem;
  border-color: var(--g-accent); }
.st-key-library-rail [role="radiogroup"], .st-key-library-rail [data-testid="stButtonGroup"] > div {
  flex-wrap: wrap; }
[class*="st-key-asset-"] .g-thumb, [class*="st-key-alike-"] .g-thumb { object-fit: cover; }
.stMain .g-media.drawn .g-thumb { object-fit: contain; background: #10241C; }
"""

_WORDS = """
.g-parts { margin: 0 !important; padding-left: 1.25rem !important; font-size: .9375rem; }
.g-parts li { margin: 0 0 .6rem !important; line-height: 1.45; overflow-wrap: anywhere; }
.g-parts li::marker { color: var(--g-soft); font-size: var(--g-small); }
.g-parts b { display: block; font-weight: 600; }
.g-parts span { white-space: pre-line; }
.g-blank { display: grid; place-items: center; border: 1.5px dashed var(--g-line);
  border-radius: .8rem; color: var(--g-soft); font: 560 1.5rem Fraunces, Georgia, serif; }
"""

_PROMPT = """
.g-prompt { display: flex; flex-wrap: wrap; gap: .4rem; }
.g-frag { border-radius: .6rem; padding: .28rem .6rem .32rem; font-size: var(--g-small);
  line-height: 1.35; overflow-wrap: anywhere; background: var(--wash); color: var(--g-ink); }
.g-frag small { display: block; color: var(--tone); font-size: .6875rem; font-weight: 640;
  letter-spacing: .01em; }
a.g-frag, a.g-frag:hover { color: var(--g-ink); text-decoration: none; cursor: pointer; }
a.g-frag:hover, a.g-frag:focus-visible { box-shadow: inset 0 0 0 1.5px var(--tone); }
.st-key-field-links { position: absolute; height: 0; overflow: hidden; }
.g-identity { --tone: var(--g-info); --wash: var(--g-info-wash); }
.g-appearance { --tone: var(--g-accent-ink); --wash: var(--g-accent-wash); }
.g-brief { --tone: var(--g-gold); --wash: var(--g-gold-wash); }
.g-brand, .g-generation { --tone: var(--g-plum); --wash: var(--g-plum-wash); }
.g-boundaries, .g-negative { --tone: var(--g-bad); --wash: var(--g-bad-wash); }
.g-other { --tone: var(--g-soft); --wash: var(--g-well); }
"""

_GRID = """
.g-grid { overflow-x: auto; }
.g-grid table { border-collapse: separate; border-spacing: .5rem; width: 100%; }
.g-grid th { font-size: var(--g-small); font-weight: 560; color: var(--g-soft); text-align: left;
  max-width: 12rem; overflow-wrap: anywhere; }
.g-grid td { min-width: 7rem; vertical-align: top; }
"""

_PREVIEW = """
.g-preview { background: var(--g-card); border: 1px solid var(--g-line); border-radius: 1rem;
  padding: 1rem 1.1rem; font-size: .9375rem; line-height: 1.48; color: var(--g-ink); }
.g-preview header { display: flex; gap: .65rem; align-items: center; margin-bottom: .6rem; }
.g-preview header b { display: block; line-height: 1.2; overflow-wrap: anywhere; }
.g-preview header span { color: var(--g-soft); font-size: var(--g-small); overflow-wrap: anywhere; }
.g-preview .words { white-space: pre-wrap; overflow-wrap: anywhere; }
.g-preview .words a { color: var(--g-link, var(--g-accent-ink)); text-decoration: none; }
.g-preview .pictures { display: grid; gap: 3px; margin-top: .7rem; border-radius: .7rem;
  overflow: hidden; }
.g-preview .pictures.two, .g-preview .pictures.four { grid-template-columns: 1fr 1fr; }
.g-preview .pictures img { width: 100%; height: 100%; max-height: 26rem; object-fit: cover; }
.g-preview .pictures.one img { height: auto; max-height: none; }
.g-preview .pictures:not(.one) img { aspect-ratio: 1; }
.g-preview .label { color: var(--g-soft); font-size: var(--g-tiny); margin-top: .55rem; }
.g-preview footer { display: flex; justify-content: space-between; max-width: 22rem;
  margin-top: .7rem; color: var(--g-soft); }
"""

_WIDE = """
@media (min-width: 900px) {
  .st-key-well-live { position: sticky; top: 3.75rem; max-height: calc(100vh - 5rem);
    overflow-y: auto; scrollbar-width: thin; }
}
"""

_NARROW = """
@media (max-width: 640px) {
  .st-key-card-bulk { position: static; }
  .stMainBlockContainer { padding: 4.1rem 1rem 4rem; }
  [class*="st-key-card-need"] { flex-direction: column; align-items: flex-start; gap: .6rem; }
  .stMain h1 { font-size: 1.75rem; }
  [class*="st-key-card"], [class*="st-key-well"] { padding: 1rem; }
  .g-cover { margin: -1rem -1rem 0; }
  .g-list > div { grid-template-columns: max-content 1fr; gap: .15rem .9rem; }
  .g-list > div > :last-child { grid-column: 1 / -1; }
  [data-testid="stTabs"] [role="tablist"] { overflow-x: auto; }
}
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
"""


def apply() -> None:
    """Put the rules on the page; Streamlit keeps a style-only block out of the layout."""
    rules = (_TOKENS, _FRAME, _CARDS, _PROMPT, _GRID, _WORDS, _LIBRARY, _PREVIEW, _WIDE, _NARROW)
    st.html(f"<style>{''.join(rules)}</style>")
