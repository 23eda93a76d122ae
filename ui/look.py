"""How the page looks and reads: a light wall, dark ink, the pictures as the only strong colors. Nothing is fetched."""

from gradio.themes import Base, Color

INK = Color("#fbfaf7", "#f5f2ec", "#e9e4da", "#d8d1c3", "#b3aa99", "#857c6c", "#665e50", "#4d463b", "#36312a", "#25211c", "#171411")
POND = Color("#eef4f5", "#d9e6e9", "#b6ced4", "#8bafb9", "#5f8c99", "#41707e", "#335b68", "#2a4b57", "#233f49", "#1c333b", "#11232a")
SANS = ("ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica", "Arial", "sans-serif")
MONO = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

CSS = """
.gradio-container { max-width: 1240px !important; margin: 0 auto; }
#head h1 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-weight: 500; font-size: 2.3rem;
  letter-spacing: -.01em; margin: .6rem 0 .1rem; }
#head p { color: var(--body-text-color-subdued); margin: 0 0 .6rem; font-size: 1.02rem; }
#privacy, #status, .aside { color: var(--body-text-color-subdued); font-size: .86rem; line-height: 1.45; }
#notes ul { margin: 0; padding: .6rem .9rem .6rem 2rem; background: #fff; border-left: 3px solid #b98a3c; border-radius: 4px;
  list-style: disc; line-height: 1.5; }
#wall { background: #fff; border: 1px solid var(--border-color-primary); border-radius: 6px; padding: 14px; gap: 12px; }
#empty { min-height: 380px; display: grid; place-items: center; text-align: center; color: var(--body-text-color-subdued);
  background: linear-gradient(#f7f5f0, #efebe2); border-radius: 4px; padding: 2rem; }
#examples { gap: 10px; flex-wrap: nowrap; }
#examples button { flex-direction: column; padding: 6px; gap: 6px; font-size: .82rem; font-weight: 500; white-space: normal;
  line-height: 1.2; min-width: 0; justify-content: flex-start; }
#examples button img { width: 100%; height: 84px; object-fit: cover; object-position: 50% 20%; border-radius: 3px; margin: 0; }
#paint { min-height: 48px; font-size: 1.05rem; }
:focus-visible { outline: 3px solid #b4622b !important; outline-offset: 2px; }
footer { opacity: .8; }
@media (max-width: 640px) {
  .gradio-container { padding: 0 10px !important; }
  #head h1 { font-size: 1.75rem; }
  #wall { padding: 8px; }
  #empty { min-height: 200px; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; transition: none !important; } }
"""

# Gradio gives pictures in sliders and galleries no alternative text, and its slider's handle no keys.
HEAD = """
<meta name="color-scheme" content="light">
<script>
(() => {
  const name = (selector, texts) => document.querySelectorAll(selector).forEach((img, i) => {
    const text = texts[Math.min(i, texts.length - 1)];
    if (img.alt !== text) img.alt = text;
  });
  const describe = () => {
    name('#slider img', ['The photo before painting', 'The painting']);
    document.querySelectorAll('#stages .thumbnail-item img, #stages .preview img').forEach(img => {
      const caption = img.closest('button')?.querySelector('.caption-label, caption')?.textContent.trim()
        || img.closest('.preview')?.querySelector('caption')?.textContent.trim();
      if (caption && img.alt !== caption) img.alt = caption;
    });
  };
  let waiting = 0;
  new MutationObserver(() => { cancelAnimationFrame(waiting); waiting = requestAnimationFrame(describe); })
    .observe(document, {subtree: true, childList: true});
})();
</script>
"""

SAVE_FILE = """file => {
  if (!file) return;
  const link = Object.assign(document.createElement('a'), {href: file.url, download: file.orig_name || 'painted.png'});
  document.body.append(link); link.click(); link.remove();
}"""


def copy_link(flags: list[str]) -> str:
    """Return the script that copies the page's address with the controls' values, in the order of `flags`, and says so."""
    return f"""async (...values) => {{
      const flags = {flags}, link = new URL(location.href);
      link.search = ''; link.hash = '';
      flags.forEach((flag, i) => link.searchParams.set(flag, values[i]));
      try {{ await navigator.clipboard.writeText(link); return 'Link copied'; }}
      catch {{ window.prompt('Copy this link:', link); return 'Copy link'; }}
    }}"""


def theme() -> Base:
    """Return the page's theme; it stays light where the system is dark, as a gallery's wall does."""
    made = Base(primary_hue=POND, secondary_hue=POND, neutral_hue=INK, font=SANS, font_mono=MONO, radius_size="sm").set(
        body_background_fill="#f4f1ea",
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
    )
    for name in [name for name in vars(made) if name.endswith("_dark")]:
        setattr(made, name, getattr(made, name.removesuffix("_dark"), None))
    return made
