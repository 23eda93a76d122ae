"""How the page looks: a light wall, dark ink, the pictures as the only strong colors.

Nothing is fetched.
"""

from pathlib import Path

from gradio.themes import Base, Color

INK = Color(
    "#fbfaf7",
    "#f5f2ec",
    "#e9e4da",
    "#d8d1c3",
    "#b3aa99",
    "#857c6c",
    "#665e50",
    "#4d463b",
    "#36312a",
    "#25211c",
    "#171411",
)
POND = Color(
    "#eef4f5",
    "#d9e6e9",
    "#b6ced4",
    "#8bafb9",
    "#5f8c99",
    "#41707e",
    "#335b68",
    "#2a4b57",
    "#233f49",
    "#1c333b",
    "#11232a",
)
SANS = ("ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

HERE = Path(__file__)
REGIONS = (
    "viewer.css",
    "album.css",
    "looks.css",
    "fine_tune.css",
    "film.css",
    "many.css",
    "share_box.css",
    "train.css",
)
CSS = (
    "".join(HERE.with_name(name).read_text() for name in REGIONS)
    + """
:root { --canvas: linear-gradient(#f7f5f0, #efebe2); --easel: #fff; --note: #fbf7ee;
  --veil: #f7f5f0b8; }
.dark { --canvas: linear-gradient(#2d2822, #26221d); --easel: #25211c; --note: #2f291e;
  --veil: #25211cb8; --color-accent: #8bafb9; }
.gradio-container { width: 100%; max-width: 1520px !important; margin: 0 auto;
  overflow: clip !important; } /* hidden, nothing in it could stay in view */
#head .prose { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 18px; }
#head h1 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif;
  font-weight: 500; font-size: 1.9rem;
  letter-spacing: -.01em; margin: .4rem 0 .1rem; }
#head p { color: var(--body-text-color-subdued); margin: 0 0 .2rem; font-size: 1.02rem; }
#privacy, #status, .size { color: var(--body-text-color-subdued); font-size: .84rem;
  line-height: 1.45; padding: 0; }
.notes ul { margin: 0; padding: .6rem .9rem .6rem 2rem; background: var(--note);
  border-left: 3px solid #b98a3c; border-radius: 4px;
  list-style: disc; line-height: 1.5; overflow-wrap: anywhere; }
.notes:not(:has(li), .held) { position: absolute; width: 1px; height: 1px; overflow: hidden; }
.notes li::marker { color: #b98a3c; }
#wall { background: var(--easel); border: 1px solid var(--border-color-primary); border-radius: 6px;
  padding: 14px; gap: 12px; scroll-margin-top: 12px; }
#left { position: sticky; top: 12px; }
#left:has(#mend-viewer) { position: static; } /* what is mended lies below the window, else */
/* Room for what comes a moment later than the rest, so that nothing jumps. */
#wall { min-height: calc(var(--high) + 130px); }
#head { min-height: 68px; }
#room:first-child { margin-top: 84px; } /* the head and its gap, where they come later */
#photo-room { min-height: 220px; }
#begin { min-height: 48px; align-items: stretch; }
#another { display: none; }
#examples { min-height: 240px; }
/* What stands around the wall is the painting's. */
.gradio-container:has(#tabs :is([data-tab-id=compare], [data-tab-id=film], [data-tab-id=many],
  [data-tab-id=train])[aria-selected=true])
  :is(#notes, #shelf, #mend-panel) { display: none; }
#shelf .row button { font-size: .95rem; padding: 8px; min-height: 44px; }
#wall .error { animation: appear 0s .4s both; }
@keyframes appear { from { visibility: hidden; } }
#examples { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px;
  align-items: stretch; }
#examples button { flex-direction: column; padding: 6px; gap: 6px; font-size: .82rem;
  font-weight: 500; white-space: normal;
  line-height: 1.2; min-width: 0; justify-content: flex-start; }
#examples button img { width: 100%; height: 72px; object-fit: cover; object-position: 50% 14%;
  border-radius: 3px; margin: 0; }
#photo img { line-height: 1.5; padding: 2px; }
#photo img.unshown { padding: 56px 16px 16px; }
/* Gradio's camera covers what leads back from it. */
[data-testid=source-select] { position: relative; z-index: 2; }
[data-testid=source-select] button { min-width: 32px; min-height: 32px; padding: 5px; }
input[type=range] { touch-action: pan-y; } /* a finger that scrolls moves no slider */
.gradio-container:has(#frame-size [data-room]) #framed img { cursor: grab; touch-action: none; }
#frame-size p { margin: 0; }
#framed img { filter: drop-shadow(0 0 1px #857c6c); }
#paint { min-height: 48px; font-size: 1.05rem; }
#cancel { padding-inline: 6px; font-size: .95rem; }
:root:has(body.dark) { color-scheme: dark; }
/* What unfolds stays under the finger: a browser holds still what comes first in the page, which
   `order` has put elsewhere. */
#aside > * { overflow-anchor: none; }
/* Once it is painted, what can be made of it comes first. */
.gradio-container:has(.easel.painted) #paint:not(.due) { min-height: 44px; font-size: .95rem;
  background: var(--button-secondary-background-fill); color: var(--body-text-color);
  border-color: var(--button-secondary-border-color); }
.gradio-container:has(#looks [data-at]) #photo-room { min-height: 0; }
.gradio-container:has(#looks [data-at]) #photo { height: 150px !important; }
#aside:has(#looks [data-at]) > * { order: 2; }
#aside:has(#looks [data-at])
  > :is(#looks, #style-box, #photo-room, #begin, #by-itself) { order: 1; }
#aside:has(#looks [data-at]) > :is(#examples, #privacy, #status) { order: 3; }
#left .captioned .grid-wrap { height: auto; min-height: 0; max-height: none; }
#left .captioned > label { position: static; border: 0; margin: 2px 0 0 4px; }
#left .captioned .grid-container { align-items: start; grid-template-rows: none;
  grid-auto-rows: auto; padding-top: 4px; }
#left .captioned .gallery-item, #left .captioned .thumbnail-item { height: auto;
  aspect-ratio: auto; width: 100%; }
#left .captioned .thumbnail-item { display: flex; flex-direction: column; border: 0;
  box-shadow: none; background: none; }
#left .captioned .thumbnail-item img { aspect-ratio: 1; height: auto; width: 100%;
  object-fit: cover; border-radius: 3px; }
#left .captioned .caption-label { position: static; max-width: none; white-space: normal;
  overflow: visible; background: none; border: 0;
  box-shadow: none; padding: 5px 1px 0; text-align: left; font-size: .78rem; line-height: 1.3;
  color: var(--body-text-color-subdued); }
.hint p { color: var(--body-text-color-subdued); line-height: 1.5; }
:root:not(.shares) #phone-sheet, .form:has(> .unseen), .unseen { display: none; }
#left #outlined .thumbnail-item img { aspect-ratio: auto; }
#left #outlined .caption-label { white-space: pre-line; font-size: .84rem; }
#large { box-sizing: border-box; width: 100vw; max-width: none; height: 100dvh; max-height: none;
  padding: 12px; border: 0; background: #171411; color: #f5f2ec;
  font: .95rem/1.4 ui-sans-serif, system-ui, sans-serif; }
#large[open] { display: grid; grid-template: minmax(0, 1fr) auto / auto minmax(0, 1fr) auto;
  gap: 10px; place-items: center; }
#large img { grid-area: 1 / 1 / 2 / -1; width: 100%; height: 100%; object-fit: contain; }
#large p { margin: 0; text-align: center; white-space: pre-line; }
#large button { width: 44px; height: 44px; border: 0; border-radius: 50%; background: #36312acc;
  color: inherit; font-size: 1.5rem; }
#large .close { position: fixed; top: 12px; right: 12px; }
body:has(#large[open]) { overflow: hidden; }
:focus-visible { outline: 3px solid #b4622b !important; outline-offset: 2px; }
/* What went wrong is said over the painting, where it covers no title, no field and no button;
   the other tabs have room at the window's foot. */
.gradio-container .main > .toast-wrap { inset: auto auto 24px max(12px, min(48px, 50vw - 183px)); }
.gradio-container:has(#painting-tab:not([style*="none"])) .main > .toast-wrap {
  bottom: max(152px, 100dvh - 787px); }
/* A title that takes two lines leaves its arrow in the box. */
.label-wrap > span:first-child { text-align: start; }
.label-wrap > .icon { align-self: center; }
footer .divider:last-child, footer span:last-child:empty { display: none; }
@media (max-width: 640px) {
  #head { min-height: 117px; }
  #room:first-child { margin-top: 133px; }
  #head h1 { font-size: 1.75rem; }
  /* One column: the easel stays in view, all of the page is its way. */
  #room { flex-direction: column; }
  #left, #aside { display: contents; }
  #room:has(#looks [data-at]) :is(#looks, #style-box) { order: 1; }
  #room:has(#looks [data-at]) #begin { order: 2; }
  #room:has(#looks [data-at]):not(:has(#cancel)) #another { display: block; padding-inline: 6px;
    font-size: .95rem; }
  #room:has(#looks [data-at]) #easy { order: 3; }
  #room:has(#looks [data-at]) #shelf { order: 4; }
  #room:has(#looks [data-at]) :is(#frame, #fine-tune) { order: 5; }
  #room:has(#looks [data-at]) :is(#photo-room, #by-itself) { order: 6; }
  #room:has(#looks [data-at]) :is(#examples, #privacy, #status) { order: 7; }
  #wall { padding: 8px; --high: 40dvh; min-height: calc(var(--high) + 120px); }
  #wall:not(:has(#painting-tab[style*="none"])) { position: sticky; top: 0;
    z-index: 100; } /* labels of what scrolls beneath have up to 40 */
  #tabs .tab-container button { padding: 0 4px; font-size: clamp(.78rem, 3.55vw, .85rem);
    flex: none; }
  /* All tabs stand in one row, which a finger moves where they are wider. Gradio folds those away
     that take too much room among hidden ones, which take none here. */
  #tabs .tab-container:not(.visually-hidden) { overflow-x: auto; scrollbar-width: none;
    max-width: 100%; }
  #tabs .tab-container.visually-hidden button { width: 0; padding: 0; overflow: hidden; }
  #left .captioned .grid-container { --grid-cols: 2 !important; }
}
@media (prefers-reduced-motion: reduce) {
  * { animation: none !important; transition: none !important; }
}
"""
)

SCRIPTS = (
    "words/say.js",
    "page.js",
    "arriving.js",
    "repainting.js",
    "fine_tune.js",
    "framing.js",
    "scrolling.js",
    "large.js",
    "back.js",
    "troubles.js",
    "taking.js",
)
# Within @media, Gradio takes the rules of `CSS` for its container's alone, so that those of the
# page stand here: its border; what is scrolled to comes to lie below a phone's easel, `--high` and
# its tabs; what went wrong is said where the painting is seen, scrolled or not.
HEAD = f"""
<meta name="color-scheme" content="light dark">
<style>@media (max-width: 640px) {{ html {{ scroll-padding-top: calc(40dvh + 122px); }}
.gradio-container .main.app {{ padding: 14px; }}
.gradio-container:has(#painting-tab:not([style*="none"])) .main > .toast-wrap.toast-wrap {{
  bottom: calc(60dvh - 44px); }} }}</style>
<script>
{"".join((HERE.parent / name).read_text() for name in SCRIPTS)}</script>
"""

BRING_PANEL = "() => bringPanel()"
BEGUN = "() => { begun(); bringPanel(); }"
REPAINT = "() => repaint()"
PAINT_AT_ONCE = "() => repaint(0)"
HELD, HOLD, FOUND = "() => held()", "key => hold(key)", "() => reading()"
ARRIVED = "how => arrived(how)"
SETTLED = "() => settled()"
REPAINT_DUE = "() => repaintDue()"
UNFINISHED = "() => unfinished()"
TO_PAINTING = "() => toPainting()"
ENDED = "() => ended()"
# A picture to paint like was given, which is worth its minute: as if Paint were pressed.
PAINT_LIKE = "() => repaint(700, '#paint')"
# Not wherever the page is shown may it remember.
REMEMBER = "on => { try { localStorage.byItself = on; } catch {} return on; }"
REMEMBERED = "() => { try { return localStorage.byItself !== 'false'; } catch { return true; } }"
BRING_RESULT = "() => bringResult()"
BRING_STYLE = "() => bringStyle()"

SAVE_FILE = """file => {
  if (!file) return;
  const download = file.orig_name || 'painted.png';
  const link = Object.assign(document.createElement('a'), {href: file.url, download});
  document.body.append(link); link.click(); link.remove();
  const save = document.querySelector('#easel .save');
  save.textContent = say('Saved');
  setTimeout(() => { save.textContent = say('Save'); }, 3000);
}"""


def theme() -> Base:
    """Make the page's theme, light and dark as the system or the address wants it."""
    made = Base(
        primary_hue=POND,
        secondary_hue=POND,
        neutral_hue=INK,
        font=SANS,
        font_mono=MONO,
        radius_size="sm",
    ).set(
        body_background_fill="#f4f1ea",
        body_text_color_subdued="*neutral_600",
        block_info_text_color="*neutral_600",
        block_label_text_color="*neutral_700",
        block_title_text_color="*neutral_800",
        block_background_fill="#fdfcfa",
        block_border_width="1px",
        block_label_background_fill="#fdfcfa",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_text_color="#ffffff",
        button_secondary_background_fill="#fdfcfa",
        button_secondary_border_color="*neutral_300",
        button_border_width="1px",
        slider_color="*primary_500",
        body_background_fill_dark="#1d1a16",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued_dark="*neutral_400",
        block_info_text_color_dark="*neutral_400",
        block_label_text_color_dark="*neutral_200",
        block_title_text_color_dark="*neutral_100",
        block_background_fill_dark="*neutral_900",
        block_label_background_fill_dark="*neutral_900",
        border_color_primary_dark="*neutral_700",
        input_background_fill_dark="*neutral_800",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill_dark="*neutral_800",
        button_secondary_text_color_dark="*neutral_100",
        button_secondary_border_color_dark="*neutral_600",
        slider_color_dark="*primary_400",
        checkbox_background_color_dark="*neutral_800",
        checkbox_border_color_dark="*neutral_400",
    )
    return made
